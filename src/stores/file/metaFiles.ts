import { join } from 'node:path';
import { TrackingError } from '../../tracking/trackingError';
import { META_FILE } from './layout';
import { editMeta, parseMeta, type Meta } from './metaYaml';
import type { ProblemList } from './problemList';
import { readStampedText, type StampedText } from './readFiles';

/** MLflow moves its meta files into place across file systems, where a reader may find one empty for a moment. */
const EMPTY_RETRIES = 2;

/** Reads the `meta.yaml` of a folder. `undefined` when there is none, or it is broken, which becomes a problem. */
export function readMeta(folder: string, problems: ProblemList): Meta | undefined {
  return readMetaText(folder, problems)?.meta;
}

/** As `readMeta`, with the text as it is in the file, for editing, and the file's stamp. */
export function readMetaText(
  folder: string,
  problems: ProblemList,
): (StampedText & { readonly meta: Meta }) | undefined {
  const path = join(folder, META_FILE);
  let read = readStampedText(path, problems, false);
  for (let retry = 0; read?.text === '' && retry < EMPTY_RETRIES; retry += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    read = readStampedText(path, problems, false);
  }
  if (read === undefined) {
    return undefined;
  }
  const { text } = read;
  if (text.trim() === '') {
    problems.report(path, 'It is left out because it is empty.');
    return undefined;
  }
  try {
    return { ...read, meta: parseMeta(text) };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    problems.report(path, `It is left out because it is not valid YAML: ${reason}.`);
    return undefined;
  }
}

/** The text of a folder's meta file with other values. Throws INVALID_PARAMETER_VALUE when it cannot be read. */
export function editedMeta(
  folder: string,
  changes: Parameters<typeof editMeta>[1],
  problems: ProblemList,
): string {
  const current = readMetaText(folder, problems);
  if (!current) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The file ${join(folder, META_FILE)} cannot be read, so it cannot be changed.`,
    );
  }
  return editMeta(current.text, changes);
}
