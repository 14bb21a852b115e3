import { trackerClientSubject } from './sqliteSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(trackerClientSubject);
