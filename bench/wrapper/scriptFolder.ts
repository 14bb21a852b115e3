import path from 'node:path';
import { GitRepository } from '../../test/launch/gitRepository';
import type { Workspace } from '../workspace';

const POINTS = 100;
/** Other files of the repository. */
const MODULES = 40;

/** What the scripts of {@link scriptFolder} are told. */
export const SCRIPT_ARGS: readonly string[] = ['--lr', '0.1'];

/** MLflow's own way to the record that the wrapper makes, as far as MLflow has one: no console, patch and environment. */
const PEER = `
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("bench")
with mlflow.start_run(log_system_metrics=True):
    mlflow.log_params({"lr": "0.1"})
`;

const LOGGING = `
import mlflow

mlflow.set_experiment("bench")
with mlflow.start_run():
    for step in range(${POINTS}):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
`;

const SLEEPING_PEER = `
import sys
import time
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("bench")
mlflow.enable_system_metrics_logging()
with mlflow.start_run():
    time.sleep(float(sys.argv[2]))
`;

/** Prints so many lines of 100 bytes, each with metrics or without. */
const PRINTING = `
import sys

for i in range(int(sys.argv[1])):
    if sys.argv[2] == "metrics":
        print(f"step {i}: loss={1 / (i + 1):.6f} acc={i / 1e6:.6f}".ljust(98))
    else:
        print(f"[worker 3] read the file data/part-{i:08d}.parquet of the data set, nothing to do".ljust(98))
`;

const MLPROJECT = `name: bench
entry_points:
  main:
    parameters:
      lr: float
    command: "python empty.py --lr {lr}"
`;

/** A repository as people have one, with a changed file. @returns its folder */
export function scriptFolder(workspace: Workspace): string {
  const repository = new GitRepository(workspace.path('project'));
  for (let n = 0; n < MODULES; n++) {
    repository.write(path.join('lib', `module${n}.py`), `x = ${n}\n`.repeat(200));
  }
  for (const name of ['empty.py', 'empty.mjs', 'empty.sh']) {
    repository.write(name, '');
  }
  repository.write('peer.py', PEER);
  repository.write('logging_100.py', LOGGING);
  repository.write('sleeping_peer.py', SLEEPING_PEER);
  repository.write('printing.py', PRINTING);
  repository.write('MLproject', MLPROJECT);
  repository.commitAll();
  repository.write('lib/module1.py', 'x = 1\n'.repeat(210));
  return repository.folder;
}
