import path from 'node:path';

/**
 * Where things may be kept that can be made anew: `MLFLOW_TRACKER_CACHE`, else the folder `mlflow-tracker` in the system's
 * usual place. Undefined where there is no such place.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  if (env['MLFLOW_TRACKER_CACHE']) {
    return path.resolve(env['MLFLOW_TRACKER_CACHE']);
  }
  const parent = usualFolder(env, env['HOME']);
  // A relative one is to be ignored (XDG Base Directory Specification).
  return parent !== undefined && path.isAbsolute(parent)
    ? path.join(parent, 'mlflow-tracker')
    : undefined;
}

function usualFolder(env: NodeJS.ProcessEnv, home: string | undefined): string | undefined {
  switch (process.platform) {
    case 'win32':
      return env['LOCALAPPDATA'];
    case 'darwin':
      return home && path.join(home, 'Library', 'Caches');
    default:
      return env['XDG_CACHE_HOME'] || (home && path.join(home, '.cache'));
  }
}
