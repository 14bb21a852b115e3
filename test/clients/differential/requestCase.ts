/** One request of the table that goes to `mlflow server` and to ours alike. */
export interface RequestCase {
  /** Unique: deviations are looked up by it. */
  readonly name: string;
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  /** The very text of the body; absent: none. */
  readonly body?: string;
  /** `null`: the header is left out. */
  readonly contentType?: string | null;
}

/** What the cases speak of, made on each server by the same requests. */
export interface Subjects {
  readonly experiment: string;
  readonly deletedExperiment: string;
  readonly run: string;
  readonly finishedRun: string;
  readonly deletedRun: string;
  readonly spareRun: string;
  /** For what MLflow stores in some odd way: never looked at again. */
  readonly scrapRun: string;
  readonly scrapModel: string;
  readonly model: string;
  readonly spareModel: string;
}

interface Extra {
  readonly contentType?: string | null;
}

/** @param body an object, or the very text */
export function post(name: string, path: string, body?: object | string, extra: Extra = {}) {
  return send('POST', name, path, body, extra);
}

export function send(
  method: string,
  name: string,
  path: string,
  body?: object | string,
  extra: Extra = {},
): RequestCase {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return {
    name,
    method,
    path: fullPath(path),
    ...(text !== undefined && { body: text }),
    ...extra,
  };
}

/** @param query as it stands behind the `?`, or its members */
export function get(
  name: string,
  path: string,
  query: string | Readonly<Record<string, string>> = '',
): RequestCase {
  const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  return { name, method: 'GET', path: fullPath(path) + (text === '' ? '' : `?${text}`) };
}

function fullPath(path: string): string {
  return path.startsWith('/') ? path : `/api/2.0/mlflow/${path}`;
}
