import { html, nothing, render } from 'lit';
import type { XAxis } from '../../src/protocol/metricHistories';
import { formatNumber } from '../../src/base/formatNumber';
import { formatTimestamp } from '../../src/base/formatTime';
import { runMark } from '../shared/runMark';
import { formatStep, xValueText } from './axisTicks';
import type { Reading } from './crosshairReading';

const GAP_PX = 14;
const MAX_ROWS = 20;

/** One tooltip for the page, beside the pointer and always inside the window. */
export class ChartTooltip {
  private readonly element = document.createElement('div');

  constructor(parent: HTMLElement) {
    this.element.className = 'chart-tooltip';
    this.element.setAttribute('aria-hidden', 'true');
    this.element.hidden = true;
    parent.append(this.element);
  }

  /** @param at px in the window */
  show(readings: readonly Reading[], x: number, axis: XAxis, at: { x: number; y: number }): void {
    const smoothed = readings.some(reading => reading.series.data.smoothed.length > 0);
    const [first] = readings;
    const detail =
      axis === 'step'
        ? formatTimestamp(first?.timeMs ?? 0)
        : `step ${formatStep(first?.step ?? 0)}`;
    render(
      html`
        <div class="tooltip-title">
          ${xValueText(axis, x)}${readings.length === 1 ? html`<span class="faint">${detail}</span>` : nothing}
        </div>
        <table>
          <tbody>
            ${readings.slice(0, MAX_ROWS).map(reading => {
              const { name, look } = reading.series;
              return html`<tr>
                <td>${runMark(look)}</td>
                <td class="tooltip-name">${name}</td>
                <td class="tooltip-value mono">${formatNumber(reading.value)}</td>
                ${smoothed ? html`<td class="tooltip-value mono faint">${formatNumber(reading.raw)}</td>` : nothing}
                ${reading.x === x ? nothing : html`<td class="faint">${axis === 'step' ? `@ ${formatStep(reading.x)}` : nothing}</td>`}
              </tr>`;
            })}
          </tbody>
        </table>
        ${readings.length > MAX_ROWS ? html`<div class="faint">+${readings.length - MAX_ROWS} more</div>` : nothing}
      `,
      this.element,
    );
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = at.x + GAP_PX + width > clientWidth ? at.x - GAP_PX - width : at.x + GAP_PX;
    const top = Math.min(at.y + GAP_PX, clientHeight - height - 4);
    this.element.style.transform = `translate(${Math.round(Math.max(4, left))}px, ${Math.round(Math.max(4, top))}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
