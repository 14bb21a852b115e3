import { describeMlflow } from '../mlflowCases';
import { earlyMlflow2 } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(earlyMlflow2, { stores: false, sessions: sessionStores(earlyMlflow2, 'rest') });
