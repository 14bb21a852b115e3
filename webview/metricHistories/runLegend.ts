import { html, type TemplateResult } from 'lit';
import type { RunLook } from '../../src/protocol/runColours';
import { MAX_PANEL_RUNS, type RunSummary } from '../../src/protocol/runSummary';
import { runMark } from '../shared/runMark';
import { statusIcon } from '../shared/runStatus';

export interface RunLegendOptions {
  readonly runs: readonly RunSummary[];
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly hidden: ReadonlySet<string>;
  readonly highlighted: string | null;
  readonly highlight: (runId: string | null) => void;
  readonly toggle: (runId: string) => void;
  readonly remove: (runId: string) => void;
  readonly add: () => void;
}

/** The runs as chips: hover or focus highlights, click hides, × removes. */
export function runLegend(options: RunLegendOptions): TemplateResult {
  const { runs, highlight, add } = options;
  return html`<ul class="run-list" aria-label="Runs" @pointerleave=${() => highlight(null)}>
    ${runs.map(run => chip(run, options))}
    <li>
      <button
        class="add-run"
        type="button"
        ?disabled=${runs.length >= MAX_PANEL_RUNS}
        title="Add runs of the same experiment"
        @click=${add}
      >
        <span class="codicon codicon-add" aria-hidden="true"></span>Add run
      </button>
    </li>
  </ul>`;
}

function chip(run: RunSummary, options: RunLegendOptions): TemplateResult {
  const { looks, hidden, highlighted, highlight, toggle, remove } = options;
  const isHidden = hidden.has(run.runId);
  return html`<li
    class="run-chip ${isHidden ? 'hidden-run' : ''} ${highlighted === run.runId ? 'highlighted' : ''}"
    @pointerenter=${() => highlight(isHidden ? null : run.runId)}
    @focusin=${() => highlight(isHidden ? null : run.runId)}
    @focusout=${() => highlight(null)}
  >
    <button
      class="chip-name"
      type="button"
      aria-pressed=${isHidden ? 'false' : 'true'}
      title="${run.name} (${run.runId})
${isHidden ? 'Click to show' : 'Click to hide'}"
      @click=${() => toggle(run.runId)}
    >
      ${runMark(looks.get(run.runId), isHidden)}
      <span class="label">${run.name}</span>
      ${statusIcon(run.status)}
    </button>
    <button
      class="chip-remove"
      type="button"
      title="Remove from this panel"
      aria-label="Remove ${run.name} from this panel"
      @click=${() => remove(run.runId)}
    >
      <span class="codicon codicon-close" aria-hidden="true"></span>
    </button>
  </li>`;
}
