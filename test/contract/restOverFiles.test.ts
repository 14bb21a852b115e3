import { restOverFilesSubject } from './fileSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(restOverFilesSubject);
