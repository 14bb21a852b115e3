import { describeNotebookCells } from '../../launch/notebookCellCases';
import { earlyMlflow2, earlyMlflow3, mlflow1 } from '../mlflowEnvironments';

for (const environment of [mlflow1, earlyMlflow2, earlyMlflow3]) {
  describeNotebookCells(environment);
}
