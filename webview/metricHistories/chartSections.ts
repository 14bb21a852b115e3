import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { sectionsOf, type Section } from './sections';
import type { ViewState } from './viewState';

export interface ChartSectionsOptions {
  readonly metricKeys: readonly string[];
  readonly view: ViewState;
  readonly update: (change: Partial<ViewState>) => void;
  readonly chart: (metricKey: string) => TemplateResult;
}

/** The charts below headings that open and close; without headings when there is one section of plain metrics. */
export function chartSections(options: ChartSectionsOptions): TemplateResult {
  const sections = sectionsOf(options.metricKeys);
  const open = sections.filter(section => isOpen(section, options.view));
  const widest = Math.max(1, ...open.map(section => section.metricKeys.length));
  const alone = sections.length === 1 && sections[0]?.prefix === '';
  return html`<div class="sections" ${ref(element => setWidest(element, widest))}>
    ${repeat(
      sections,
      section => section.prefix,
      section => chartSection(section, alone, options),
    )}
  </div>`;
}

function chartSection(
  section: Section,
  alone: boolean,
  { view, update, chart }: ChartSectionsOptions,
): TemplateResult {
  const { prefix, metricKeys } = section;
  const open = alone || isOpen(section, view);
  return html`<section aria-label=${prefix || 'Metrics'}>
    ${
      alone
        ? html`<h2 class="visually-hidden">Metrics</h2>`
        : html`<h2 class="section-heading">
            <button
              class="section-header"
              type="button"
              aria-expanded=${open}
              @click=${() => update(toggled(view, prefix, open))}
            >
              <span
                class="codicon codicon-chevron-${open ? 'down' : 'right'}"
                aria-hidden="true"
              ></span>
              ${prefix || 'Metrics'} <span class="count">${metricKeys.length}</span>
            </button>
          </h2>`
    }
    ${open ? html`<div class="chart-grid">${repeat(metricKeys, key => key, chart)}</div>` : nothing}
  </section>`;
}

function isOpen({ prefix, closedAtFirst }: Section, view: ViewState): boolean {
  const { opened, closed, filter } = view;
  return closedAtFirst && filter === '' ? opened.includes(prefix) : !closed.includes(prefix);
}

function toggled({ opened, closed }: ViewState, prefix: string, open: boolean): Partial<ViewState> {
  const without = (list: readonly string[]) => list.filter(other => other !== prefix);
  return open
    ? { opened: without(opened), closed: [...closed, prefix] }
    : { opened: [...opened, prefix], closed: without(closed) };
}

/** Not by a style attribute, nor lit's styleMap, which writes one at first: the page's policy forbids both. */
function setWidest(element: Element | undefined, columns: number): void {
  if (element instanceof HTMLElement) {
    element.style.setProperty('--widest-section', String(columns));
  }
}
