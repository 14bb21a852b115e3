import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExperimentId } from '../../tracking/entities';

export const DEFAULT_EXPERIMENT_ID = '0';
export const META_FILE = 'meta.yaml';
export const TRASH_FOLDER = '.trash';
export const METRICS_FOLDER = 'metrics';
export const PARAMS_FOLDER = 'params';
export const TAGS_FOLDER = 'tags';
export const ARTIFACTS_FOLDER = 'artifacts';
export const INPUTS_FOLDER = 'inputs';
export const OUTPUTS_FOLDER = 'outputs';
export const DATASETS_FOLDER = 'datasets';
export const MODELS_FOLDER = 'models';

/** Folders of an experiment that are no runs. */
export const RESERVED_IN_EXPERIMENT: ReadonlySet<string> = new Set([
  TAGS_FOLDER,
  DATASETS_FOLDER,
  MODELS_FOLDER,
  'traces',
]);

/** Folders of the root that are no experiments: deleted ones, and the model registry. */
export const RESERVED_IN_ROOT: ReadonlySet<string> = new Set([TRASH_FOLDER, MODELS_FOLDER]);

/** Where the experiments of a store are. */
export class Layout {
  readonly root: string;
  readonly trash: string;

  /** @param artifactRoot path or URI below which new experiments keep their artifacts; default the store's own folder. */
  constructor(
    root: string,
    private readonly artifactRoot: string | undefined,
  ) {
    this.root = resolve(root);
    this.trash = join(this.root, TRASH_FOLDER);
  }

  /** MLflow's default: a plain path where the store was given as a path, a `file:` URI on Windows. */
  defaultArtifactLocation(experimentId: ExperimentId): string {
    const root =
      this.artifactRoot ??
      (process.platform === 'win32' ? pathToFileURL(this.root).href : this.root);
    return appendToUri(resolveIfLocal(root), experimentId);
  }
}

/** Makes a relative local path absolute; leaves URIs and absolute paths alone. */
export function resolveIfLocal(location: string): string {
  return /^[A-Za-z][A-Za-z0-9+.-]+:/.test(location) ? location : resolve(location);
}

/** Appends segments to the path of a URI, before its query if it has one, as MLflow does. */
export function appendToUri(uri: string, ...segments: readonly string[]): string {
  const queryStart = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(uri) ? uri.indexOf('?') : -1;
  const path = queryStart < 0 ? uri : uri.slice(0, queryStart);
  const query = queryStart < 0 ? '' : uri.slice(queryStart);
  const separator = path.endsWith('/') ? '' : '/';
  return `${path}${separator}${segments.join('/')}${query}`;
}
