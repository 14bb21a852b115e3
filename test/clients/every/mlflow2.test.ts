import { describeMlflow } from '../mlflowCases';
import { mlflow2 } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(mlflow2, { stores: false, sessions: sessionStores(mlflow2, 'rest') });
