import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SyntheticRun {
  readonly runId: string;
  readonly name: string;
  readonly startTimeMs: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export const EXPERIMENT_ID = '100';

/** The same runs each time: a linear congruential generator with a fixed seed. */
export function syntheticRuns(count: number): SyntheticRun[] {
  let state = 42;
  const random = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  return Array.from({ length: count }, (_, i) => {
    const name = `run-${i}`;
    return {
      // A letter first: MLflow would quote an id that YAML takes for a number.
      runId: `a${(i + 1).toString(16).padStart(31, '0')}`,
      name,
      startTimeMs: 1_760_000_000_000 + i * 1000,
      metrics: {
        loss: random(),
        acc: random(),
        val_loss: random(),
        val_acc: random(),
        epoch_time: random() * 100,
      },
      params: {
        lr: ['0.1', '0.01', '0.001'][i % 3] ?? '',
        batch: `${2 ** (4 + (i % 5))}`,
        optimizer: i % 2 === 0 ? 'adam' : 'sgd',
        depth: `${i % 12}`,
        seed: `${i}`,
      },
      tags: {
        'mlflow.runName': name,
        'mlflow.user': 'bench',
        'mlflow.source.name': 'train.py',
        'mlflow.source.type': 'LOCAL',
      },
    };
  });
}

/** An `mlruns` folder in MLflow's layout, 15 files a run. */
export async function writeFileStore(root: string, runs: readonly SyntheticRun[]): Promise<void> {
  const experiment = path.join(root, EXPERIMENT_ID);
  await mkdir(experiment, { recursive: true });
  await writeFile(
    path.join(experiment, 'meta.yaml'),
    `artifact_location: ${experiment}\ncreation_time: 1760000000000\nexperiment_id: '${EXPERIMENT_ID}'\n` +
      `last_update_time: 1760000000000\nlifecycle_stage: active\nname: bench\n`,
  );
  const writeRun = async (run: SyntheticRun): Promise<void> => {
    const folder = path.join(experiment, run.runId);
    for (const part of ['metrics', 'params', 'tags', 'artifacts']) {
      await mkdir(path.join(folder, part), { recursive: true });
    }
    const files: [string, string][] = [
      [
        'meta.yaml',
        `artifact_uri: ${folder}/artifacts\nend_time: ${run.startTimeMs + 500}\nentry_point_name: ''\n` +
          `experiment_id: '${EXPERIMENT_ID}'\nlifecycle_stage: active\nrun_id: ${run.runId}\nrun_name: ${run.name}\n` +
          `run_uuid: ${run.runId}\nsource_name: ''\nsource_type: 4\nsource_version: ''\n` +
          `start_time: ${run.startTimeMs}\nstatus: 3\ntags: []\nuser_id: bench\n`,
      ],
      ...Object.entries(run.metrics).map(([key, value]): [string, string] => [
        `metrics/${key}`,
        [0, 1, 2].map(step => `${run.startTimeMs + step} ${value + (2 - step)} ${step}\n`).join(''),
      ]),
      ...Object.entries(run.params).map(([key, value]): [string, string] => [
        `params/${key}`,
        value,
      ]),
      ...Object.entries(run.tags).map(([key, value]): [string, string] => [`tags/${key}`, value]),
    ];
    await Promise.all(files.map(([name, text]) => writeFile(path.join(folder, name), text)));
  };
  for (let i = 0; i < runs.length; i += 64) {
    await Promise.all(runs.slice(i, i + 64).map(writeRun));
  }
}

/** Fills a database that has MLflow's schema already, in one transaction. */
export function fillSqlite(file: string, runs: readonly SyntheticRun[]): void {
  const db = new DatabaseSync(file);
  db.exec('BEGIN');
  db.prepare(
    `INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
     VALUES (?, 'bench', ?, 'active', 1760000000000, 1760000000000)`,
  ).run(Number(EXPERIMENT_ID), `${file}.artifacts/${EXPERIMENT_ID}`);
  const insertRun = db.prepare(
    `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
       source_version, lifecycle_stage, artifact_uri, experiment_id)
     VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?)`,
  );
  const insertMetric = db.prepare(
    'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)',
  );
  const insertLatest = db.prepare(
    'INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)',
  );
  const insertParam = db.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)');
  const insertTag = db.prepare('INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)');
  for (const run of runs) {
    insertRun.run(
      run.runId,
      run.name,
      run.startTimeMs,
      run.startTimeMs + 500,
      `${file}.artifacts/${EXPERIMENT_ID}/${run.runId}/artifacts`,
      Number(EXPERIMENT_ID),
    );
    for (const [key, value] of Object.entries(run.metrics)) {
      for (let step = 0; step < 3; step++) {
        insertMetric.run(key, value + (2 - step), run.startTimeMs + step, run.runId, step);
      }
      insertLatest.run(key, value, run.startTimeMs + 2, 2, run.runId);
    }
    for (const [key, value] of Object.entries(run.params)) {
      insertParam.run(key, value, run.runId);
    }
    for (const [key, value] of Object.entries(run.tags)) {
      insertTag.run(key, value, run.runId);
    }
  }
  db.exec('COMMIT');
  db.close();
}

/** One metric of `count` points with a spike every 10,007 steps, for a run that exists. */
export function fillHistory(file: string, runId: string, key: string, count: number): void {
  const db = new DatabaseSync(file);
  db.exec('BEGIN');
  const insert = db.prepare(
    'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)',
  );
  for (let step = 0; step < count; step++) {
    const spike = step % 10_007 === 0 ? 5 : 0;
    insert.run(key, Math.exp(-step / count) + spike, 1_760_000_000_000 + step, runId, step);
  }
  db.prepare(
    'INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)',
  ).run(key, 0.3679, 1_760_000_000_000 + count - 1, count - 1, runId);
  db.exec('COMMIT');
  db.close();
}
