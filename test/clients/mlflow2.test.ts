import { describeMlflow } from './mlflowCases';
import { mlflow2 } from './mlflowEnvironments';

describeMlflow(mlflow2);
