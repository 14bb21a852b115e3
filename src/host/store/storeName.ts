import path from 'node:path';

/**
 * A tracking URI as people call the store: `./mlflow.db`, `./mlruns`, `host:5000/team`. Paths below the folder are shown
 * relative to it.
 * @param uri without credentials
 */
export function storeName(uri: string, folder: string | undefined): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  switch (url?.protocol) {
    case 'http:':
    case 'https:':
      return `${url.host}${url.pathname.replace(/\/$/, '')}`;
    case 'sqlite:':
      return pathName(decodeURIComponent(uri.replace(/^sqlite:\/\/\//, '')), folder);
    case 'file:':
      return pathName(decodeURIComponent(url.pathname), folder);
    default:
      return url && url.host !== ''
        ? `${url.protocol}//${url.host}${url.pathname}`
        : pathName(uri, folder);
  }
}

function pathName(file: string, folder: string | undefined): string {
  if (file === '' || folder === undefined) {
    return file;
  }
  const below = path.relative(folder, path.resolve(folder, file));
  return below.startsWith('..') || path.isAbsolute(below)
    ? file
    : `./${below.replaceAll('\\', '/')}`;
}
