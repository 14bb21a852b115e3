import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LINE = /^\d+ \S+ -?\d+$/;
const UNFINISHED = /\.[0-9a-f]{16}\.tmp$/;

/**
 * What MLflow could not read in a file store: an empty metric file, half a line, a meta file or a key without content that is
 * whole. And what must not pile up: journals of batches. @returns one sentence for each
 */
export function verifyFiles(root: string): string[] {
  const faults: string[] = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) {
      continue;
    }
    if (UNFINISHED.test(entry.name)) {
      // Left by a killed process: passed over, but for a journal, which would be carried out.
      if (entry.parentPath === root && readFileSync(path).length > 0) {
        faults.push(`${path} is the journal of a batch that nobody completes`);
      }
    } else if (path.includes('/metrics/')) {
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      if (lines.pop() !== '' || lines.length === 0 || !lines.every(line => LINE.test(line))) {
        faults.push(`${path} ends in ${JSON.stringify(text.slice(-80))}`);
      }
    } else if (entry.name === 'meta.yaml' && !readFileSync(path, 'utf8').endsWith('\n')) {
      faults.push(`${path} is cut off`);
    }
  }
  return faults;
}

/** @returns what SQLite itself says is wrong, one sentence each */
export function verifyDatabase(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = [
      ...database.prepare('PRAGMA integrity_check').all(),
      ...database.prepare('PRAGMA foreign_key_check').all(),
    ];
    return rows.map(row => JSON.stringify(row)).filter(row => row !== '{"integrity_check":"ok"}');
  } finally {
    database.close();
  }
}
