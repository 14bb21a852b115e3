import { isAbsolute, resolve } from 'node:path';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** Appends to the path of a path or URI, before its query, as MLflow's `append_to_uri_path`. */
export function appendToLocation(location: string, ...segments: readonly string[]): string {
  const [, path = '', rest = ''] = SCHEME.test(location)
    ? (/^([^?#]*)(.*)$/s.exec(location) ?? [])
    : ['', location];
  return `${[path.replace(/\/+$/, ''), ...segments].join('/')}${rest}`;
}

/** Makes a relative local path absolute, as MLflow's `resolve_uri_if_local`; URIs and absolute paths stay as they are. */
export function absoluteLocation(location: string, workingDir: string): string {
  return SCHEME.test(location) || isAbsolute(location) ? location : resolve(workingDir, location);
}
