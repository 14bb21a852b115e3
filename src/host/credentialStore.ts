import type { SecretStorage } from 'vscode';
import type { Credentials } from '../http/credentials';

/** Credentials of HTTP tracking servers, one set for each origin and user of the machine, in VS Code's SecretStorage. */
export class CredentialStore {
  readonly onDidChange: SecretStorage['onDidChange'];

  constructor(private readonly secrets: SecretStorage) {
    this.onDidChange = secrets.onDidChange;
  }

  async get(uri: string): Promise<Credentials | undefined> {
    const key = keyOf(uri);
    const text = key === undefined ? undefined : await this.secrets.get(key);
    return text === undefined ? undefined : parseCredentials(text);
  }

  async set(uri: string, credentials: Credentials): Promise<void> {
    const key = keyOf(uri);
    if (key !== undefined) {
      await this.secrets.store(key, JSON.stringify(credentials));
    }
  }

  async forget(uri: string): Promise<void> {
    const key = keyOf(uri);
    if (key !== undefined) {
      await this.secrets.delete(key);
    }
  }
}

/** Undefined for anything but a web address: other stores have no credentials of their own. */
function keyOf(uri: string): string | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:'
    ? `tracker.credentials:${url.origin}`
    : undefined;
}

function parseCredentials(text: string): Credentials | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('kind' in value)) {
    return undefined;
  }
  if (value.kind === 'bearer' && 'token' in value && typeof value.token === 'string') {
    return { kind: 'bearer', token: value.token };
  }
  if (
    value.kind === 'basic' &&
    'username' in value &&
    typeof value.username === 'string' &&
    'password' in value &&
    typeof value.password === 'string'
  ) {
    return { kind: 'basic', username: value.username, password: value.password };
  }
  return undefined;
}
