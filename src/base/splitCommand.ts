/**
 * Splits a command line into words as a POSIX shell does: quotes and backslashes, no expansion of any kind.
 * @returns undefined when a quote is not closed
 */
export function splitCommand(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
        word = undefined;
      }
    } else if (character === quote) {
      quote = '';
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && quote !== "'" && index + 1 < text.length) {
      const next = text.charAt(++index);
      // Between double quotes a backslash stands for itself but before these.
      const isEscape = quote === '' || /["\\$`\n]/.test(next);
      word = (word ?? '') + (isEscape ? next : character + next);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}
