import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { DiffRun } from '../../src/protocol/runDiff';
import { MAX_PANEL_RUNS } from '../../src/protocol/runSummary';
import { inputText } from '../shared/inputText';
import type { ViewState } from './viewState';

export interface DiffToolbarOptions {
  readonly view: ViewState;
  readonly runs: readonly DiffRun[];
  readonly baseline: number;
  readonly filterProblem: string | null;
  readonly update: (change: Partial<ViewState>) => void;
  readonly addRuns: () => void;
  readonly showHistories: () => void;
  readonly openCodeDiff: (runId: string) => void;
  readonly copy: (format: 'markdown' | 'csv') => void;
}

export function diffToolbar(options: DiffToolbarOptions): TemplateResult {
  const { view, runs, baseline, filterProblem, update, copy } = options;
  const base = runs[baseline];
  const other = runs.find((_, column) => column !== baseline);
  return html`<div class="toolbar" role="group" aria-label="Run diff">
    <vscode-textfield
      class="filter"
      label="Filter rows"
      placeholder="Filter keys and values (regex)"
      .value=${live(view.filter)}
      ?invalid=${filterProblem !== null}
      @input=${(event: Event) => update({ filter: inputText(event) })}
    >
      <span slot="content-before" class="codicon codicon-filter" aria-hidden="true"></span>
    </vscode-textfield>
    <vscode-checkbox
      label="Differences only"
      ?checked=${view.differencesOnly}
      @change=${() => update({ differencesOnly: !view.differencesOnly })}
    ></vscode-checkbox>
    <span class="field">
      <span aria-hidden="true">Baseline</span>
      <vscode-single-select
        class="baseline-select"
        label="Baseline"
        .value=${live(base?.runId ?? '')}
        @change=${(event: Event) => update({ baselineId: inputText(event) })}
      >
        ${runs.map(
          run =>
            html`<vscode-option value=${run.runId} ?selected=${run === base}
              >${run.name}</vscode-option
            >`,
        )}
      </vscode-single-select>
    </span>
    <span class="spacer"></span>
    <span class="group">
      ${iconButton('add', 'Add runs', options.addRuns, runs.length >= MAX_PANEL_RUNS)}
      ${iconButton('graph-line', 'Show metric histories of these runs', options.showHistories, runs.length === 0)}
      ${iconButton(
        'git-compare',
        other && base ? `Open code diff: ${base.name} ↔ ${other.name}` : 'Open code diff',
        () => other && options.openCodeDiff(other.runId),
        !other,
      )}
      ${iconButton('markdown', 'Copy as Markdown', () => copy('markdown'), runs.length === 0)}
      ${iconButton('table', 'Copy as CSV', () => copy('csv'), runs.length === 0)}
    </span>
    ${
      filterProblem === null
        ? nothing
        : html`<span class="filter-problem" role="alert">${filterProblem}</span>`
    }
  </div>`;
}

function iconButton(
  icon: string,
  label: string,
  run: () => void,
  disabled: boolean,
): TemplateResult {
  return html`<button
    class="icon-button"
    type="button"
    title=${label}
    aria-label=${label}
    ?disabled=${disabled}
    @click=${run}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}
