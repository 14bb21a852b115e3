import { postgresSubject } from './serverSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(postgresSubject());
