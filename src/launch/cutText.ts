/**
 * Cuts text to at most `limit` characters at the end of a line and says so in the last line.
 * Counted in UTF-16 units, of which there are never fewer than MLflow's code points.
 */
export function cutAtLine(text: string, limit: number, note: string): string {
  if (text.length <= limit) {
    return text;
  }
  const room = limit - note.length - 1;
  const end = text.lastIndexOf('\n', room - 1);
  const kept = end >= 0 ? text.slice(0, end + 1) : `${wholeCharacters(text.slice(0, room))}\n`;
  return kept + note;
}

/** Drops half of a surrogate pair at the end. */
function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
