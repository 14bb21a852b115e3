import { join } from 'node:path';

import { silentLogger } from '../../src/base/logger';
import { FileStore } from '../../src/stores/file/fileStore';
import { openDirectly, openThroughServer, type StoreKind } from './backend';
import { fileTraits, type Subject } from './subject';

const files: StoreKind = {
  pathIn: folder => join(folder, 'mlruns'),
  uriIn: folder => files.pathIn(folder),
  openIn: folder => FileStore.open(files.pathIn(folder), { logger: silentLogger }),
};

export const fileSubject: Subject = {
  name: 'FileStore',
  kind: 'file',
  traits: fileTraits,
  open: () => openDirectly(files),
};

export const restOverFilesSubject: Subject = {
  name: 'RestStore → server → FileStore',
  kind: 'rest',
  traits: fileTraits,
  open: () => openThroughServer(files),
};
