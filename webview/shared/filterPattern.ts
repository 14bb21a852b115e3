export interface FilterPattern {
  /** One sentence when the text is no regular expression. */
  readonly problem: string | null;
  matches(text: string): boolean;
}

/** A case-insensitive regular expression. While it is not complete (`val(`) everything is shown. */
export function filterPattern(text: string): FilterPattern {
  if (text.trim() === '') {
    return { problem: null, matches: () => true };
  }
  try {
    const pattern = new RegExp(text, 'i');
    return { problem: null, matches: candidate => pattern.test(candidate) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/i?: /, '') : String(error);
    return { problem: `Not a regular expression: ${reason}`, matches: () => true };
  }
}
