import { describeMlflow } from '../mlflowCases';
import { mlflow1 } from '../mlflowEnvironments';
import { sessionStores } from '../sessionMatrix';

describeMlflow(mlflow1, { stores: false, sessions: sessionStores(mlflow1, 'rest') });
