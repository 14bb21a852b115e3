import { Agent, request } from 'node:http';

export interface Load {
  readonly requestsPerSecond: number;
  /** ms */
  readonly p50: number;
  /** ms */
  readonly p99: number;
}

/** One POST over a kept-alive connection; rejects unless the answer is 200. @returns the body */
export function post(agent: Agent, url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) {
            resolve(text);
          } else {
            reject(new Error(`${url}: ${response.statusCode ?? 0} ${text.slice(0, 300)}`));
          }
        });
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** Sends `count` bodies from `clients` connections, each waiting for its answer before the next. */
export async function drive(
  url: string,
  clients: number,
  count: number,
  body: (index: number) => string,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        const text = body(next++);
        const sent = performance.now();
        await post(agent, url, text);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.floor(share * (latencies.length - 1))] ?? NaN;
  return { requestsPerSecond: count / seconds, p50: at(0.5), p99: at(0.99) };
}
