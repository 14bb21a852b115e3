import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { X_AXES } from '../../src/protocol/metricHistories';
import { inputText } from '../shared/inputText';
import type { ViewState } from './viewState';

export interface HistoriesToolbarOptions {
  readonly view: ViewState;
  readonly filterProblem: string | null;
  /** True while a shown run is running. */
  readonly live: boolean;
  readonly zoomed: boolean;
  readonly update: (change: Partial<ViewState>) => void;
}

const AXIS_LABELS = { step: 'Step', time: 'Wall time', relative: 'Relative time' } as const;
const MAX_SMOOTHING = 0.99;

export function historiesToolbar(options: HistoriesToolbarOptions): TemplateResult {
  const { view, filterProblem, zoomed, update } = options;
  return html`<div class="toolbar" role="group" aria-label="Charts">
    <vscode-textfield
      class="filter"
      label="Filter metrics"
      placeholder="Filter metrics (regex)"
      .value=${live(view.filter)}
      ?invalid=${filterProblem !== null}
      @input=${(event: Event) => update({ filter: inputText(event) })}
    >
      <span slot="content-before" class="codicon codicon-filter" aria-hidden="true"></span>
    </vscode-textfield>
    <span class="field">
      <span aria-hidden="true">x</span>
      <vscode-single-select
        class="axis"
        label="X axis"
        .value=${live(view.x)}
        @change=${(event: Event) => {
          const x = X_AXES.find(axis => axis === inputText(event));
          if (x && x !== view.x) {
            // A range of steps means nothing on a time axis.
            update({ x, zooms: [] });
          }
        }}
      >
        ${X_AXES.map(
          axis =>
            html`<vscode-option value=${axis} ?selected=${axis === view.x}
              >${AXIS_LABELS[axis]}</vscode-option
            >`,
        )}
      </vscode-single-select>
    </span>
    <span class="field">
      <span aria-hidden="true">y</span>
      <vscode-single-select
        class="scale"
        label="Y axis"
        .value=${live(view.logY ? 'log' : 'linear')}
        @change=${(event: Event) => update({ logY: inputText(event) === 'log' })}
      >
        <vscode-option value="linear" ?selected=${!view.logY}>Linear</vscode-option>
        <vscode-option value="log" ?selected=${view.logY}>Log</vscode-option>
      </vscode-single-select>
    </span>
    <label class="field" title="Exponential moving average; the raw line stays, faint">
      Smooth
      <input
        type="range"
        min="0"
        max=${MAX_SMOOTHING}
        step="0.01"
        .value=${live(String(view.smoothing))}
        @input=${(event: Event) => update({ smoothing: Number(inputText(event)) })}
      />
      <output class="mono">${view.smoothing.toFixed(2)}</output>
    </label>
    <vscode-checkbox
      ?checked=${view.points}
      @change=${() => update({ points: !view.points })}
      label="Points"
    ></vscode-checkbox>
    <span class="spacer"></span>
    ${
      options.live
        ? html`<span class="live" title="A run is still running; its lines grow by themselves"
            ><span class="live-dot" aria-hidden="true"></span>Live</span
          >`
        : nothing
    }
    <button
      class="icon-button"
      type="button"
      title="Reset zoom of all charts"
      aria-label="Reset zoom of all charts"
      ?disabled=${!zoomed}
      @click=${() => update({ zooms: [] })}
    >
      <span class="codicon codicon-discard" aria-hidden="true"></span>
    </button>
    ${filterProblem === null ? nothing : html`<span class="filter-problem" role="alert">${filterProblem}</span>`}
  </div>`;
}
