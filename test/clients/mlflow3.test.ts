import { describeMlflow } from './mlflowCases';
import { mlflow3 } from './mlflowEnvironments';

describeMlflow(mlflow3);
