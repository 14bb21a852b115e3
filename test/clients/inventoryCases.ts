import { afterAll, beforeAll, expect, it } from 'vitest';

import { FOREIGN_OPTIONS } from '../../src/cli/foreignServerOptions';
import { SERVER_USAGE } from '../../src/cli/serverArguments';
import { openServer, type ServerFixture } from '../unit/server/fixture';
import type { PythonDriver } from './pythonDriver';

/** Routes of `mlflow server` that are not served, each with the reason. Over an HTTP store they pass through. */
const LATER: readonly (readonly [paths: RegExp, reason: string])[] = [
  [/\/mlflow\/(traces|unified-traces|get-online-trace-details|get-trace-artifact)\b/, 'traces'],
  [/^\/v1\/traces$/, 'traces, over OTLP: clients keep them as artifacts after a 404'],
  [/\/mlflow\/(assessments|issues|scorers?)\b/, 'what belongs to traces'],
  [/\/mlflow\/(label-schemas|review-queues|review-queue-items)\b/, 'what belongs to traces'],
  [/\/mlflow\/datasets\b/, 'evaluation datasets, which are made of traces'],
  [/\/mlflow\/genai\b/, 'what belongs to traces'],
  [/\/mlflow\/(registered-models|model-versions)\b/, 'model registry'],
  [/^\/model-versions\/get-artifact$/, 'model registry'],
  [/\/mlflow\/(prompt-optimization|prompts)\b/, 'prompts, which are kept in the registry'],
  [/\/mlflow\/webhooks\b/, 'webhooks, which tell of the registry'],
  [/\/mlflow\/mcp-servers\b/, 'registry of MCP servers'],
  [/\/mlflow\/gateway\b|^\/gateway\/|\/mlflow\/gateway-proxy$/, 'gateway: sends to other servers'],
  [/\/mlflow\/runs\/create-promptlab-run$/, 'gateway, from the web UI'],
  [/\/mlflow\/workspaces\b/, 'workspaces'],
  [/\/jobs\b|\/mlflow\/assistant\b/, 'runs code on the server'],
  [/\/mlflow\/(ui-telemetry|demo)\b/, 'web UI'],
  [/^\/graphql$|^\/$|^\/(build|static-files)\//, 'web UI'],
  [/^\/(ajax-)?api\/2\.0mlflow\//, 'a path that lacks a slash by mistake'],
];

/** Every route of the real server is served or stands in the list above. */
export function defineInventoryCases(python: () => PythonDriver): void {
  let server: ServerFixture;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  it('serves every endpoint of tracking', async () => {
    const routes = await python().ask<readonly (readonly [string, string])[]>('routes');
    expect(routes.length).toBeGreaterThan(100);
    const missing: string[] = [];
    const needless: string[] = [];
    for (const [method, path] of routes) {
      const isServed = await serves(method, path);
      const reason = LATER.find(([paths]) => paths.test(path))?.[1];
      if (!isServed && reason === undefined) {
        missing.push(`${method} ${path}`);
      }
      if (isServed && reason !== undefined) {
        needless.push(`${method} ${path}: ${reason}`);
      }
    }
    expect({ missing, needless }).toEqual({ missing: [], needless: [] });
  });

  it('says of every other address that there is no such endpoint', async () => {
    expect(await serves('GET', '/api/2.0/mlflow/nothing')).toBe(false);
    expect(await serves('GET', '/api/2.0/mlflow/runs/get')).toBe(true);
  });

  it('knows every option of mlflow server', async () => {
    const options = await python().ask<readonly string[]>('server_options');
    expect(options).toContain('--backend-store-uri');
    const unknown = options.filter(
      name => !Object.hasOwn(FOREIGN_OPTIONS, name.slice(2)) && !SERVER_USAGE.includes(`${name} `),
    );
    // What is so by default has no line of its own.
    expect(unknown.filter(name => name !== '--serve-artifacts')).toEqual([]);
  });

  async function serves(method: string, path: string): Promise<boolean> {
    const answer = await server.send(method, path.replace(/<[^>]+>/g, 'x'), {
      ...(method !== 'GET' && { body: '{}', headers: { 'content-type': 'application/json' } }),
    });
    return !(await answer.text()).includes('ENDPOINT_NOT_FOUND');
  }
}
