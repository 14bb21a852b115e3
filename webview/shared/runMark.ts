import { svg, type SVGTemplateResult } from 'lit';
import type { RunLook, RunMarker } from '../../src/protocol/runColours';

/** Outlines in a box of 12 × 12, the same shapes that the charts draw. */
const SHAPES: Record<RunMarker, SVGTemplateResult> = {
  circle: svg`<circle cx="6" cy="6" r="4"/>`,
  triangle: svg`<path d="M6 1.5 10.5 10h-9z"/>`,
  rect: svg`<path d="M2.2 2.2h7.6v7.6H2.2z"/>`,
  rectRot: svg`<path d="M6 1 11 6 6 11 1 6z"/>`,
  star: svg`<path d="M6 1.5v9M1.5 6h9M2.8 2.8l6.4 6.4M9.2 2.8 2.8 9.2"/>`,
  cross: svg`<path d="M6 1.5v9M1.5 6h9"/>`,
};

/** The run's mark in its colour; hollow when the run is hidden. */
export function runMark(look: RunLook | undefined, hollow = false): SVGTemplateResult {
  const color = look?.color ?? 'currentColor';
  return svg`<svg class="run-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"
    fill=${hollow ? 'none' : color} stroke=${color} stroke-width="1.6">${SHAPES[look?.marker ?? 'circle']}</svg>`;
}
