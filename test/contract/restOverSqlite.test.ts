import { restOverSqliteSubject } from './sqliteSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(restOverSqliteSubject);
