import { describe, expect, it } from 'vitest';
import { CredentialStore } from '../../../src/host/credentialStore';

/** SecretStorage as VS Code has it, in memory. */
function secretStorage() {
  const secrets = new Map<string, string>();
  return {
    secrets,
    get: (key: string) => Promise.resolve(secrets.get(key)),
    store: (key: string, value: string) => Promise.resolve(void secrets.set(key, value)),
    delete: (key: string) => Promise.resolve(void secrets.delete(key)),
    keys: () => Promise.resolve([...secrets.keys()]),
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

const ADA = { kind: 'basic', username: 'ada', password: 'secret' } as const;

describe('kept credentials', () => {
  it.each([
    ['http://host:5000/prefix', 'http://host:5000', 'http://host:5001'],
    [
      'postgresql+psycopg2://host/db?sslmode=require',
      'postgresql://host/db',
      'postgresql://host/b',
    ],
    ['mysql://host/db', 'mysql+pymysql://host/db', 'postgresql://host/db'],
  ])('of %s are those of %s and not of %s', async (uri, same, other) => {
    const store = new CredentialStore(secretStorage());
    await store.set(uri, ADA);
    expect(await store.get(same)).toEqual(ADA);
    expect(await store.get(other)).toBeUndefined();
    await store.forget(same);
    expect(await store.get(uri)).toBeUndefined();
  });

  it.each(['./mlruns', 'sqlite:///mlflow.db', 'file:///mlruns', ''])(
    'are not for %j',
    async uri => {
      const storage = secretStorage();
      await new CredentialStore(storage).set(uri, ADA);
      expect(storage.secrets.size).toBe(0);
    },
  );
});
