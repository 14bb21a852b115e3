/** Text as itself in Markdown, also in a table cell and beside theme icons. Line breaks become spaces. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|~<>&$]/g, character =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    );
}

/** About how wide a text is, in Latin letters; Chinese, Japanese, Korean and emoji take two each. */
export function textWidth(text: string): number {
  return [...text].reduce((width, character) => width + characterWidth(character), 0);
}

/** Cut with `…` in the middle, where names of one family differ least. @param limit as in `textWidth` */
export function shorten(text: string, limit: number): string {
  if (textWidth(text) <= limit) {
    return text;
  }
  const characters = [...text];
  const head = beginning(characters, Math.ceil((limit - 1) / 2));
  const tail = beginning(characters.reverse(), limit - 1 - textWidth(head.join('')));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** A piece of a line: how it is written, and how wide it is when it is drawn. */
export interface LinePart {
  readonly markdown: string;
  /** As in `textWidth`. */
  readonly width: number;
}

/** Plain text as a piece of a line. @param limit see `shorten` */
export function plainPart(text: string, limit: number, icon?: string): LinePart {
  const shown = shorten(text, limit);
  return icon === undefined
    ? { markdown: escapeMarkdown(shown), width: textWidth(shown) }
    : { markdown: `$(${icon}) ${escapeMarkdown(shown)}`, width: textWidth(shown) + 3 };
}

/**
 * The parts with ` · ` between them, in as many lines as they need: VS Code makes a hover as wide as its longest line.
 * @param more what to write in the place of parts that do not fit into `maxLines`
 */
export function joinParts(
  parts: readonly LinePart[],
  maxWidth: number,
  maxLines = Infinity,
  more: (left: number) => LinePart = () => ({ markdown: '', width: 0 }),
): string {
  const lines: string[] = [];
  let line: string[] = [];
  let width = 0;
  for (const [index, part] of parts.entries()) {
    const left = parts.length - index - 1;
    const isLastLine = lines.length === maxLines - 1;
    const reserved = isLastLine && left > 0 ? more(left).width + SEPARATOR.width : 0;
    if (line.length > 0 && width + SEPARATOR.width + part.width + reserved > maxWidth) {
      if (isLastLine) {
        line.push(more(left + 1).markdown);
        break;
      }
      lines.push(line.join(SEPARATOR.markdown));
      line = [];
      width = 0;
    }
    width += part.width + (line.length > 0 ? SEPARATOR.width : 0);
    line.push(part.markdown);
  }
  lines.push(line.join(SEPARATOR.markdown));
  return lines.join(HARD_BREAK);
}

/** Words as a person wrote them, in lines. */
export function wrapWords(text: string, maxWidth: number, maxLines: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    const next = line === '' ? word : `${line} ${word}`;
    if (textWidth(next) <= maxWidth) {
      line = next;
      continue;
    }
    if (lines.length === maxLines - 1) {
      line = `${beginning([...next], maxWidth - 1).join('')}…`;
      break;
    }
    if (line !== '') {
      lines.push(line);
    }
    line = shorten(word, maxWidth);
  }
  return [...lines, line];
}

export const HARD_BREAK = '  \n';
const SEPARATOR: LinePart = { markdown: ' · ', width: 3 };

function characterWidth(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x1100 && !/[\u2000-\u2bff]/.test(character) ? 2 : 1;
}

function beginning(characters: readonly string[], limit: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += characterWidth(character);
    if (width > limit) {
      break;
    }
    taken.push(character);
  }
  return taken;
}
