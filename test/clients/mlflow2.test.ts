import { describeMlflow } from './mlflowCases';
import { mlflow2 } from './mlflowEnvironments';
import { sessionStores } from './sessionMatrix';

describeMlflow(mlflow2, { stores: true, sessions: sessionStores(mlflow2, 'short') });
