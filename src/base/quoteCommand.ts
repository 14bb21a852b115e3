/** A word as a POSIX shell takes it back, see `splitCommand`. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
