import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';

import type { RequestCase } from './requestCase';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Sends a case as it stands: `fetch` would set a content type, refuse a body with GET and tidy the path. */
export function sendCase(url: string, { method, path, body, contentType }: RequestCase) {
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const type = contentType === undefined ? 'application/json' : contentType;
    const headers = {
      ...(body !== undefined && type !== null && { 'content-type': type }),
      ...(method !== 'GET' &&
        method !== 'HEAD' && { 'content-length': Buffer.byteLength(body ?? '') }),
    };
    const sent = request({ hostname, port, method, path, headers, agent: false }, answer => {
      textOf(answer).then(
        text =>
          resolve({
            status: answer.statusCode ?? 0,
            contentType: answer.headers['content-type'] ?? '',
            text,
          }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
