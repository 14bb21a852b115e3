import type { DeskPlace } from './kernelDesk';

/** What a kernel is to be told. */
export interface Preparation {
  /** `dist/python/kernel`, absolute. A kernel on another machine does not have it, and is left alone. */
  readonly packageFolder: string;
  /** Absolute path of the notebook; empty when it was never saved. */
  readonly notebook: string;
  readonly place: Pick<DeskPlace, 'port' | 'token'>;
}

/** Python code that makes a kernel ready, for a second time as well: it says nothing, fails never and leaves no name. */
export function preparationCode({ packageFolder, notebook, place }: Preparation): string {
  const folder = JSON.stringify(packageFolder);
  const code = `
try:
    import os, sys
    if os.path.isdir(${folder}):
        if ${folder} not in sys.path:
            sys.path.append(${folder})
        import mlflow_tracker_kernel
        mlflow_tracker_kernel.prepare(${JSON.stringify(notebook)}, ${place.port}, ${JSON.stringify(place.token)})
except Exception:
    pass
`;
  return `exec(${JSON.stringify(code)}, {})`;
}
