import { html, nothing, type TemplateResult } from 'lit';
import type { RunLook } from '../../src/protocol/runColours';
import type { Direction, DiffRun } from '../../src/protocol/runDiff';
import { runMark } from '../shared/runMark';
import { statusIcon } from '../shared/runStatus';
import type { DiffCell, DiffRow } from './diffRows';
import { COMMIT_ROW } from './diffSections';

/** A table that is longer is hard to read and slow to lay out; the rest comes on demand. */
export const FIRST_ROWS = 300;

export interface TableSection {
  readonly id: string;
  readonly title: string;
  readonly open: boolean;
  /** How many rows the filter and "differences only" leave. */
  readonly rows: readonly DiffRow[];
  readonly hiddenRows: number;
  /** False for what is read only when the section is opened. */
  readonly counted: boolean;
  readonly showAll: boolean;
  /** Shown instead of rows. */
  readonly message: string | null;
}

export interface DiffTableOptions {
  readonly runs: readonly DiffRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly baseline: number;
  readonly directions: Readonly<Record<string, Direction>>;
  readonly sections: readonly TableSection[];
  readonly setBaseline: (runId: string) => void;
  readonly remove: (runId: string) => void;
  readonly toggleSection: (id: string) => void;
  readonly showAllRows: (id: string) => void;
  readonly setDirection: (metricKey: string, direction: Direction | null) => void;
  readonly openCodeDiff: (runId: string) => void;
}

export function diffTable(options: DiffTableOptions): TemplateResult {
  return html`<table class="diff-table">
    <caption class="visually-hidden">
      Runs side by side, compared with ${options.runs[options.baseline]?.name ?? 'the baseline'}
    </caption>
    <thead>
      <tr>
        <th scope="col" class="corner"><span class="visually-hidden">Key</span></th>
        ${options.runs.map((run, column) => runHeader(run, column === options.baseline, options))}
      </tr>
    </thead>
    ${options.sections.map(section => sectionRows(section, options))}
  </table>`;
}

function runHeader(run: DiffRun, isBaseline: boolean, options: DiffTableOptions): TemplateResult {
  return html`<th scope="col" class="run-header ${isBaseline ? 'baseline' : ''}">
    <div class="run-header-content">
      ${runMark(options.looks.get(run.runId))}
      <span class="run-name" title="${run.name} (${run.runId})">${run.name}</span>
      ${statusIcon(run.status)}
      <span class="run-buttons">
        ${
          isBaseline
            ? html`<span class="badge">baseline</span>`
            : html`<button
                class="icon-button"
                type="button"
                title="Compare with this run"
                aria-label="Make ${run.name} the baseline"
                @click=${() => options.setBaseline(run.runId)}
              >
                <span class="codicon codicon-pin" aria-hidden="true"></span>
              </button>`
        }
        <button
          class="icon-button"
          type="button"
          title="Remove from this panel"
          aria-label="Remove ${run.name} from this panel"
          @click=${() => options.remove(run.runId)}
        >
          <span class="codicon codicon-close" aria-hidden="true"></span>
        </button>
      </span>
    </div>
  </th>`;
}

function sectionRows(section: TableSection, options: DiffTableOptions): TemplateResult {
  const { id, title, open, rows, showAll, message } = section;
  const shown = showAll ? rows : rows.slice(0, FIRST_ROWS);
  const span = options.runs.length + 1;
  return html`<tbody>
    <tr class="section-row">
      <th scope="rowgroup" colspan=${span}>
        <button
          class="section-header"
          type="button"
          aria-expanded=${open}
          @click=${() => options.toggleSection(id)}
        >
          <span
            class="codicon codicon-chevron-${open ? 'down' : 'right'}"
            aria-hidden="true"
          ></span>
          ${title}
          <span class="count">${section.counted ? countText(section) : ''}</span>
        </button>
      </th>
    </tr>
    ${
      open
        ? html`${message === null ? nothing : spanningRow(span, html`<span class="faint">${message}</span>`)}
          ${shown.map(row => dataRow(id, row, options))}
          ${
            shown.length < rows.length
              ? spanningRow(
                  span,
                  html`<button class="link" type="button" @click=${() => options.showAllRows(id)}>
                    Show ${rows.length - shown.length} more rows
                  </button>`,
                )
              : nothing
          }`
        : nothing
    }
  </tbody>`;
}

function countText({ rows, hiddenRows }: TableSection): string {
  return hiddenRows > 0 ? `${rows.length} of ${rows.length + hiddenRows}` : String(rows.length);
}

function spanningRow(span: number, content: TemplateResult): TemplateResult {
  return html`<tr>
    <td class="spanning" colspan=${span}>${content}</td>
  </tr>`;
}

function dataRow(section: string, row: DiffRow, options: DiffTableOptions): TemplateResult {
  return html`<tr class=${row.differs ? 'differs' : ''}>
    <th scope="row" title=${row.key}>
      <div class="key">
        <span class="key-text">${row.key}</span>
        ${section === 'metrics' ? directionButton(row.key, options) : nothing}
      </div>
    </th>
    ${row.cells.map((cell, column) => dataCell(section, row, cell, column, options))}
  </tr>`;
}

function dataCell(
  section: string,
  row: DiffRow,
  cell: DiffCell,
  column: number,
  options: DiffTableOptions,
): TemplateResult {
  const isBaseline = column === options.baseline;
  const classes = [
    row.numeric ? 'numeric' : '',
    cell.same ? 'same' : '',
    isBaseline ? 'baseline' : '',
  ];
  if (cell.text === null) {
    return html`<td class=${classes.join(' ')}>
      <span class="value none" title="No value">–</span>
    </td>`;
  }
  const title = [cell.full.slice(0, 2000), cell.hint].filter(Boolean).join('\n');
  const run = options.runs[column];
  const hasCodeButton =
    section === 'source' && row.key === COMMIT_ROW && !isBaseline && run !== undefined;
  return html`<td class=${classes.join(' ')} title=${title}>
    <div class="cell">
      <span class="value">${cell.text}</span>
      ${cell.delta ? deltaText(cell.delta) : nothing}
      ${
        hasCodeButton
          ? html`<button
              class="link"
              type="button"
              aria-label="Open code diff with ${run.name}"
              @click=${() => options.openCodeDiff(run.runId)}
            >
              diff
            </button>`
          : nothing
      }
    </div>
  </td>`;
}

function deltaText({ text, percent, tone }: NonNullable<DiffCell['delta']>): TemplateResult {
  return html`<span class="delta ${tone ?? ''}" title=${tone ?? nothing}
    >${text}${percent === null ? nothing : html` <span class="percent">${percent}</span>`}${
      tone === null ? nothing : html`<span class="visually-hidden"> (${tone})</span>`
    }</span
  >`;
}

const NEXT_DIRECTION = { unknown: 'higher', higher: 'lower', lower: null } as const;
const DIRECTION_LOOK = {
  unknown: { icon: 'arrow-both', text: 'not set' },
  higher: { icon: 'arrow-up', text: 'higher is better' },
  lower: { icon: 'arrow-down', text: 'lower is better' },
} as const;

/** Better and worse are coloured only where the person has said which way is up. */
function directionButton(metricKey: string, options: DiffTableOptions): TemplateResult {
  const known = Object.hasOwn(options.directions, metricKey)
    ? options.directions[metricKey]
    : undefined;
  const { icon, text } = DIRECTION_LOOK[known ?? 'unknown'];
  const next = NEXT_DIRECTION[known ?? 'unknown'];
  const action = next === null ? 'forget' : DIRECTION_LOOK[next].text;
  return html`<button
    class="icon-button direction ${known ? 'known' : ''}"
    type="button"
    title="Direction: ${text}. Click: ${action}."
    aria-label="Direction of ${metricKey}: ${text}. Press: ${action}."
    @click=${() => options.setDirection(metricKey, next)}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}
