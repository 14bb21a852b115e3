import { DatabaseSync } from 'node:sqlite';

/**
 * How fast SQLite itself takes batches of 1,000 points into MLflow's schema, one prepared statement for each row and a commit
 * for each batch, without a server around it: the limit of log-batch.
 * @returns points a second
 */
export function bareInserts(file: string, round: number, maxMs: number): number {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA synchronous = FULL');
    const run = db.prepare('SELECT run_uuid FROM runs LIMIT 1').get();
    const runId = run?.['run_uuid'] ?? null;
    const insert = db.prepare(
      'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)',
    );
    let time = 1_770_000_000_000 + round * 100_000_000;
    let points = 0;
    const start = performance.now();
    while (performance.now() - start < maxMs) {
      db.exec('BEGIN IMMEDIATE');
      for (let i = 0; i < 1000; i++) {
        insert.run(`m${i % 10}`, Math.sin(i), (time += 1), runId, Math.floor(points++ / 10));
      }
      db.exec('COMMIT');
    }
    return points / ((performance.now() - start) / 1000);
  } finally {
    db.close();
  }
}
