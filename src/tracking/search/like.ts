/**
 * Compiles an SQL LIKE pattern: `%` is any run of characters (line breaks too), `_` is one code point, there is no escape,
 * and the whole text must match. Matching takes at most length × pattern steps, never exponential time.
 */
export function compileLike(
  pattern: string,
  options: { readonly ignoreCase: boolean },
): (text: string) => boolean {
  const fold = options.ignoreCase
    ? (text: string): string => text.toLowerCase()
    : (text: string): string => text;
  const wanted = Array.from(fold(pattern));
  if (!wanted.includes('_')) {
    const parts = fold(pattern).split('%');
    return text => matchesParts(fold(text), parts);
  }
  return text => matchesWildcards(Array.from(fold(text)), wanted);
}

/** Without `_`: the parts between the `%`s must follow one another, the first at the start, the last at the end. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) {
    return text === first;
  }
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) {
    return false;
  }
  let position = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0 || found + part.length > end) {
      return false;
    }
    position = found + part.length;
  }
  return true;
}

/** Greedy match that returns to the latest `%` only. */
function matchesWildcards(text: readonly string[], pattern: readonly string[]): boolean {
  let position = 0;
  let wanted = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    if (pattern[wanted] === '%') {
      star = wanted;
      resume = position;
      wanted += 1;
    } else if (pattern[wanted] === '_' || pattern[wanted] === text[position]) {
      position += 1;
      wanted += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      wanted = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(wanted).every(character => character === '%');
}
