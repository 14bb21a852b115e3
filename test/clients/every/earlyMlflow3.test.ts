import { describeMlflow } from '../mlflowCases';
import { earlyMlflow3 } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(earlyMlflow3, { stores: true, sessions: sessionStores(earlyMlflow3, 'rest') });
