import { html, type TemplateResult } from 'lit';

const ICONS: Readonly<Record<string, { readonly icon: string; readonly label: string }>> = {
  RUNNING: { icon: 'sync', label: 'Running' },
  SCHEDULED: { icon: 'clock', label: 'Scheduled' },
  FINISHED: { icon: 'pass', label: 'Finished' },
  FAILED: { icon: 'error', label: 'Failed' },
  KILLED: { icon: 'circle-slash', label: 'Killed' },
};

export function statusLabel(status: string): string {
  return ICONS[status]?.label ?? status;
}

/** Icon in the theme's chart colours, with its name for screen readers. */
export function statusIcon(status: string): TemplateResult {
  const { icon, label } = ICONS[status] ?? { icon: 'question', label: status };
  const spin = status === 'RUNNING' ? 'codicon-modifier-spin' : '';
  return html`<span
    class="codicon codicon-${icon} ${spin} status-${status.toLowerCase()}"
    role="img"
    aria-label=${label}
    title=${label}
  ></span>`;
}
