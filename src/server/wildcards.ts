/** A list of texts to compare with, as MLflow's `--allowed-hosts` and `--cors-allowed-origins`: an entry with `*` is a pattern. */
export class Wildcards {
  /** An entry `*` lets everything pass. */
  readonly matchesAll: boolean;
  private readonly exact: ReadonlySet<string>;
  private readonly patterns: readonly RegExp[];

  constructor(entries: readonly string[] = []) {
    const lower = entries.map(entry => entry.trim().toLowerCase()).filter(entry => entry !== '');
    this.matchesAll = lower.includes('*');
    this.exact = new Set(lower.filter(entry => !entry.includes('*')));
    this.patterns = lower.filter(entry => entry.includes('*')).map(toPattern);
  }

  matches(text: string): boolean {
    const lower = text.toLowerCase();
    return this.exact.has(lower) || this.patterns.some(pattern => pattern.test(lower));
  }
}

/** Python's `fnmatch`, of which hosts and origins need the star alone. */
function toPattern(entry: string): RegExp {
  const parts = entry.split('*').map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
