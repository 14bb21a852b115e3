import { html, nothing, type TemplateResult } from 'lit';
import type { MissingRun } from '../../src/protocol/runSummary';

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

/** The whole view, when there is nothing to draw: one sentence, why, and the next step. */
export function emptyState(
  icon: string,
  title: string,
  detail: string,
  action?: NoticeAction,
): TemplateResult {
  return html`<div class="empty-state" role="status">
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
    <p class="empty-title">${title}</p>
    ${detail ? html`<p class="empty-detail">${detail}</p>` : nothing}
    ${
      action
        ? html`<vscode-button secondary @click=${action.run}>${action.label}</vscode-button>`
        : nothing
    }
  </div>`;
}

/** Shown above what is still there. */
export function noticeBar(
  kind: 'warning' | 'error' | 'info',
  text: string,
  action?: NoticeAction,
): TemplateResult {
  return html`<div class="notice notice-${kind}" role=${kind === 'error' ? 'alert' : 'status'}>
    <span class="codicon codicon-${kind}" aria-hidden="true"></span>
    <span class="notice-text">${text}</span>
    ${action ? html`<button class="link" type="button" @click=${action.run}>${action.label}</button>` : nothing}
  </div>`;
}

export function missingRunsNotice(
  missing: readonly MissingRun[],
  forget: () => void,
): TemplateResult | typeof nothing {
  const [first] = missing;
  if (!first) {
    return nothing;
  }
  const text =
    missing.length === 1
      ? `Run ${first.runId.slice(0, 8)} cannot be shown: ${first.message}`
      : `${missing.length} runs cannot be shown. The first: ${first.message}`;
  return noticeBar('warning', text, { label: 'Remove', run: forget });
}

/** Rows of grey bars; they appear by style sheet after 150 ms, so that a quick answer never flickers. */
export function skeleton(rows: number): TemplateResult {
  return html`<div class="skeleton" role="status" aria-label="Loading" aria-busy="true">
    ${Array.from({ length: rows }, () => html`<div class="skeleton-row"></div>`)}
  </div>`;
}

/** A panel that shows less than was asked for says so. */
export function leftOutNotice(shown: number, leftOut: number): TemplateResult | typeof nothing {
  return leftOut === 0
    ? nothing
    : noticeBar(
        'info',
        `Showing the first ${shown} of ${shown + leftOut} runs: more do not fit side by side.`,
      );
}
