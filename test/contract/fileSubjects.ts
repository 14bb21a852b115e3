import { join } from 'node:path';

import { silentLogger } from '../../src/base/logger';
import { FileStore } from '../../src/stores/file/fileStore';
import { openDirectly, openThroughServer, type StoreKind } from './backend';
import { fileTraits, type Subject } from './subject';

const files: StoreKind = {
  uriIn: folder => join(folder, 'mlruns'),
  openIn: folder => FileStore.open(files.uriIn(folder), { logger: silentLogger }),
};

export const fileSubject: Subject = {
  name: 'FileStore',
  traits: fileTraits,
  open: () => openDirectly(files),
};

export const restOverFilesSubject: Subject = {
  name: 'RestStore → server → FileStore',
  traits: fileTraits,
  open: () => openThroughServer(files),
};
