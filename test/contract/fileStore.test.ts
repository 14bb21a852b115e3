import { fileSubject } from './fileSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(fileSubject);
