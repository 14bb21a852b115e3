import type { Load, LoadJob, LoadReply } from './loadJob';
import { RawClient } from './rawClient';

/** The load generator's own process: takes jobs from its parent, one at a time, until the parent lets go. */
process.on('message', (job: LoadJob) => {
  run(job)
    .then(load => reply({ load }))
    .catch((error: unknown) => reply({ failure: String(error) }));
});

function reply(message: LoadReply): void {
  process.send?.(message);
}

async function run(job: LoadJob): Promise<Load> {
  const { port, path, clients, maxMs, maxRequests } = job;
  const requestAt = requests(job);
  const connections = await Promise.all(
    Array.from({ length: clients }, () => RawClient.open(port)),
  );
  const latencies: number[] = [];
  let next = 0;
  let last: Buffer = Buffer.alloc(0);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  try {
    await Promise.all(
      connections.map(async connection => {
        while (next < maxRequests && (next < clients || performance.now() - start < maxMs)) {
          const request = requestAt(next++);
          const sent = performance.now();
          const { status, body } = await connection.send(request);
          latencies.push(performance.now() - sent);
          last = body;
          if (status !== 200) {
            throw new Error(`${path}: ${status} ${body.toString('utf8', 0, 300)}`);
          }
        }
      }),
    );
  } finally {
    connections.forEach(connection => connection.close());
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.floor(share * (latencies.length - 1))] ?? NaN;
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    ownCpuMs: (user + system) / 1000 / latencies.length,
    lastBody: last.toString('utf8'),
  };
}

/** A list of bodies is made into requests before the clock runs; a template is filled in when its turn comes. */
function requests({ port, method, path, bodies }: LoadJob): (index: number) => Buffer {
  const host = `127.0.0.1:${port}`;
  if (typeof bodies === 'string') {
    const [before = '', between = '', after = ''] = bodies.split('#');
    let time = Date.now();
    return index => {
      const body = `${before}${(time += 1)}${between}${index}${after}`;
      return requestOf(host, method, path, body);
    };
  }
  const made = bodies.map(body => requestOf(host, method, path, body));
  return index => made[index % made.length] ?? Buffer.alloc(0);
}

function requestOf(host: string, method: string, path: string, body: string): Buffer {
  const content =
    method === 'GET'
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: */*\r\n${content}\r\n${body}`,
  );
}
