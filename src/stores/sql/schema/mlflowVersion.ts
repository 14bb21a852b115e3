/** The numbers of a version such as `2.22.5` or `3.1.0rc0`; nothing for other text. */
export function versionParts(version: string | undefined): readonly number[] | undefined {
  const [, ...parts] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? '') ?? [];
  return parts.length === 0 ? undefined : parts.map(part => Number(part || 0));
}

export function compareParts(a: readonly number[] = [], b: readonly number[] = []): number {
  const index = a.findIndex((part, position) => part !== b[position]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

/** False when either is no version. */
export function isOlderThan(version: string, other: string): boolean {
  const parts = versionParts(version);
  return parts !== undefined && compareParts(parts, versionParts(other)) < 0;
}

/**
 * Whose schema a new database gets when no MLflow is there to ask: the newest release that pip installs together with
 * everything it needs. A newer MLflow takes such a database on, an older one can open none that is newer than itself.
 */
export const USUAL_MLFLOW = '3.17.2';
