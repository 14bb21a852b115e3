import type { DiffRow } from './diffRows';

export interface CopiedSection {
  readonly title: string;
  readonly rows: readonly DiffRow[];
}

/** The rows that are shown, as a GitHub table. Full values; differences in brackets. */
export function diffMarkdown(
  runNames: readonly string[],
  baseline: number,
  sections: readonly CopiedSection[],
): string {
  const names = runNames.map((name, column) => (column === baseline ? `${name} (baseline)` : name));
  const lines = [row(['', ...names]), row(['---', ...names.map(() => '---')])];
  for (const { title, rows } of sections) {
    lines.push(row([`**${title}**`, ...names.map(() => '')]));
    for (const { key, cells } of rows) {
      lines.push(
        row([
          markdownText(key),
          ...cells.map(({ text, full, delta }) => {
            if (text === null) {
              return '–';
            }
            const change = delta
              ? ` (${[delta.text, delta.percent].filter(Boolean).join(', ')})`
              : '';
            return markdownText(full) + change;
          }),
        ]),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function markdownText(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\r?\n/g, '<br>');
}

/** The rows that are shown, as CSV: numbers stay numbers; for metrics a column of differences to the baseline beside each run. */
export function diffCsv(
  runNames: readonly string[],
  baseline: number,
  sections: readonly CopiedSection[],
): string {
  const head = runNames.flatMap((name, column) =>
    column === baseline ? [name] : [name, `${name} difference`],
  );
  const lines = [['section', 'key', ...head]];
  for (const { title, rows } of sections) {
    for (const { key, cells } of rows) {
      const values = cells.flatMap(({ full, delta }, column) =>
        column === baseline ? [full] : [full, delta ? String(delta.absolute) : ''],
      );
      lines.push([title, key, ...values]);
    }
  }
  return lines.map(line => `${line.map(csvField).join(',')}\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
