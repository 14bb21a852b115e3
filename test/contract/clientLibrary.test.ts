import { clientLibrarySubject } from './sqliteSubjects';
import { trackingStoreContract } from './trackingStoreContract';

trackingStoreContract(clientLibrarySubject);
