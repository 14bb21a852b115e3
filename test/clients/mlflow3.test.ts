import { describeMlflow } from './mlflowCases';
import { mlflow3 } from './mlflowEnvironments';
import { sessionStores } from './sessionMatrix';

describeMlflow(mlflow3, { stores: true, sessions: sessionStores(mlflow3, 'short') });
