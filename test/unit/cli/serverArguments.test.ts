import { describe, expect, it } from 'vitest';
import { parseServerArguments } from '../../../src/cli/serverArguments';

const parse = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  parseServerArguments(argv, env);

describe('options of mlflow server', () => {
  it('have its names and defaults', () => {
    expect(parse([])).toMatchObject({
      trackingUri: undefined,
      host: '127.0.0.1',
      port: 5000,
      artifactRoot: 'mlflow-artifacts:/',
      artifactsDestination: 'mlartifacts',
      serveArtifacts: true,
      artifactsOnly: false,
      allowedHosts: [],
      allowedOrigins: [],
      warnings: [],
    });
    const given = parse([
      ...['--backend-store-uri', 'sqlite:///a.db', '--default-artifact-root', './a'],
      ...['--artifacts-destination', './b', '-h', '0.0.0.0', '-p', '0', '--artifacts-only'],
      ...['--allowed-hosts', 'a.example, *.b.example', '--cors-allowed-origins', 'https://c'],
    ]);
    expect(given).toMatchObject({
      trackingUri: 'sqlite:///a.db',
      artifactRoot: './a',
      artifactsDestination: './b',
      host: '0.0.0.0',
      port: 0,
      artifactsOnly: true,
      allowedHosts: ['a.example', '*.b.example'],
      allowedOrigins: ['https://c'],
    });
  });

  it('have other names here, which mean the same', () => {
    expect(parse(['--tracking-uri', 'a', '--artifact-root', 'b'])).toMatchObject({
      trackingUri: 'a',
      artifactRoot: 'b',
    });
    expect(() => parse(['--tracking-uri', 'a', '--backend-store-uri', 'b'])).toThrow(/one option/);
  });

  it('keep artifacts beside the store when they are not served', () => {
    expect(parse(['--no-serve-artifacts']).artifactRoot).toBeUndefined();
    expect(parse(['--no-serve-artifacts', '--artifact-root', 'a']).artifactRoot).toBe('a');
    expect(() => parse(['--no-serve-artifacts', '--artifacts-only'])).toThrow(/nothing to serve/);
  });

  it('may come from the environment, and give way to the command line', () => {
    const env = {
      MLFLOW_BACKEND_STORE_URI: 'u',
      MLFLOW_DEFAULT_ARTIFACT_ROOT: 'r',
      MLFLOW_ARTIFACTS_DESTINATION: 'd',
      MLFLOW_SERVE_ARTIFACTS: 'False',
      MLFLOW_HOST: 'h',
      MLFLOW_PORT: '7',
      MLFLOW_SERVER_ALLOWED_HOSTS: 'a,b',
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: '*',
    };
    expect(parse([], env)).toMatchObject({
      trackingUri: 'u',
      artifactRoot: 'r',
      artifactsDestination: 'd',
      serveArtifacts: false,
      host: 'h',
      port: 7,
      allowedHosts: ['a', 'b'],
      allowedOrigins: ['*'],
    });
    expect(parse(['--serve-artifacts', '--port', '8'], env)).toMatchObject({
      serveArtifacts: true,
      port: 8,
    });
    expect(() => parse([], { MLFLOW_ARTIFACTS_ONLY: 'maybe' })).toThrow(/true or false/);
  });

  it('that can do nothing here are told of, those that protect are refused', () => {
    expect(parse(['-w', '4', '--gunicorn-opts', '--timeout 9', '--dev']).warnings).toEqual([
      '--workers is ignored: this server is one process and needs no such option.',
      '--gunicorn-opts is ignored: this server is one process and needs no such option.',
      '--dev is ignored: this server is one process and needs no such option.',
    ]);
    expect(parse(['--disable-workspaces']).warnings).toEqual([]);
    for (const argv of [
      ['--app-name', 'basic-auth'],
      ['--static-prefix', '/a'],
      ['--enable-workspaces'],
      ['--disable-security-middleware'],
    ]) {
      expect(() => parse(argv), argv[0]).toThrow(/is not offered: .+\.$/);
    }
  });
});

describe('a login', () => {
  it('needs both names', () => {
    expect(parse(['--username-env', 'A', '--password-env', 'B']).loginVariables).toEqual({
      username: 'A',
      password: 'B',
    });
    expect(() => parse(['--username-env', 'A'])).toThrow(/go together/);
  });
});

it.each([
  [['--port', 'x'], /--port must be a number/],
  [['--port', '65536'], /--port must be a number/],
  [['--nonsense'], /--help/],
  [['-h'], /--help/],
])('%j is refused', (argv, message) => {
  expect(() => parse(argv)).toThrow(message);
});
