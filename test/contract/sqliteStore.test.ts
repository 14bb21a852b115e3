import { sqliteSubject } from './sqliteSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(sqliteSubject);
