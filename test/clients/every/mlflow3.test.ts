import { describeMlflow } from '../mlflowCases';
import { mlflow3 } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(mlflow3, { stores: false, sessions: sessionStores(mlflow3, 'rest') });
