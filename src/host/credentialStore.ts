import type { SecretStorage } from 'vscode';
import type { Credentials } from '../http/credentials';

/** Credentials of tracking servers and databases, one set for each address and user of the machine, in SecretStorage. */
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

/** Whether the store at this URI may ask who is calling: a tracking server or a database server. */
export function mayNeedCredentials(uri: string): boolean {
  return /^(https?|(postgresql|mysql|mssql)(\+\w+)?):\/\/./i.test(uri) && URL.canParse(uri);
}

/** Undefined for a folder or a file: they have no credentials of their own. */
function keyOf(uri: string): string | undefined {
  if (!mayNeedCredentials(uri)) {
    return undefined;
  }
  const { protocol, origin, host, pathname } = new URL(uri);
  // The driver is no part of the address: `postgresql+psycopg2://` is `postgresql://`.
  const address = protocol.startsWith('http')
    ? origin
    : `${protocol.replace(/\+\w+/, '')}//${host}${pathname}`;
  return `tracker.credentials:${address}`;
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
