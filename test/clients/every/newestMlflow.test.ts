import { describeMlflow } from '../mlflowCases';
import { newestMlflow } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(newestMlflow, { stores: true, sessions: sessionStores(newestMlflow, 'rest') });
