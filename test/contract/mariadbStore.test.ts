import { mariadbSubject } from './serverSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(mariadbSubject());
