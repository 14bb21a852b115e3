import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreProblem, StoreStatus } from '../../tracking/trackingStore';
import { isFolder, stampOf } from './readFiles';

/** What the store's folder says about itself. @param problems what was found wrong below it */
export function fileStoreStatus(root: string, problems: readonly StoreProblem[]): StoreStatus {
  const readOnlyReason = whyReadOnly(root);
  return {
    kind: 'file',
    uri: root,
    writable: readOnlyReason === undefined,
    ...(readOnlyReason === undefined ? {} : { readOnlyReason }),
    problems: [...rootProblems(root), ...problems],
  };
}

function rootProblems(root: string): StoreProblem[] {
  if (stampOf(root) === undefined) {
    const message =
      'This folder does not exist. The first experiment or run that is logged creates it.';
    return [{ where: root, message, harmless: true }];
  }
  return isFolder(root)
    ? []
    : [{ where: root, message: 'This is not a folder, so it is no file store.' }];
}

/** Why the folder, or the nearest existing one above it, cannot be written; `undefined` when it can. */
function whyReadOnly(root: string): string | undefined {
  let folder = root;
  while (stampOf(folder) === undefined && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  try {
    accessSync(folder, constants.W_OK);
    return isFolder(folder) ? undefined : `${folder} is not a folder.`;
  } catch {
    return `The folder ${folder} is not writable for you.`;
  }
}
