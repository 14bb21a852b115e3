/**
 * One colour for a run wherever it is shown: tree, legend, lines, diff. Twelve hues, started from Okabe–Ito and spread in
 * lightness so that they stay apart for people with protanopia and deuteranopia (0.06 in OKLab at least); each has a
 * contrast of 3:1 on white and on VS Code's dark editor background.
 */
export const RUN_HUES = [
  '#3f61f3',
  '#fa4a15',
  '#4ca28b',
  '#d56dc4',
  '#a0945a',
  '#8e85fe',
  '#0c8386',
  '#be506c',
  '#708d00',
  '#9a5a35',
  '#d700c1',
  '#506b9d',
] as const;

/** The second key beside the colour, the clearest first. Names are chart.js point styles. */
export const RUN_MARKERS = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'cross'] as const;
const FILLED_MARKERS = 4;
export type RunMarker = (typeof RUN_MARKERS)[number];

/** Line dashes, for runs that share a hue within one view. Lengths in px, empty is solid. */
export const RUN_DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3]];

export interface RunLook {
  /** `#rrggbb`. */
  readonly color: string;
  readonly marker: RunMarker;
  readonly dash: readonly number[];
}

/** FNV-1a, 32 bits: the same in every process and for all time. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The hue that a run has of itself, `#rrggbb`; the host gives another where two would look alike. */
export function hueOf(runId: string): string {
  return RUN_HUES[hashOf(runId) % RUN_HUES.length] ?? RUN_HUES[0];
}

/** `#rgb` or `#rrggbb` in normal form, else null. */
export function parseRunColour(tag: string | null | undefined): string | null {
  const text = tag?.trim().toLowerCase() ?? '';
  if (/^#[0-9a-f]{6}$/.test(text)) {
    return text;
  }
  return /^#[0-9a-f]{3}$/.test(text) ? text.replace(/[0-9a-f]/g, '$&$&') : null;
}

/**
 * Colours and second keys for the runs of one view. Marks differ within the view as long as there are enough of them, and
 * dashes between runs of the same colour.
 */
export function runLooks(
  runs: readonly { readonly runId: string; readonly color: string }[],
): ReadonlyMap<string, RunLook> {
  const sameColour = new Map<string, number>();
  const looks = new Map<string, RunLook>();
  let free: readonly RunMarker[] = [];
  for (const run of runs) {
    const { color } = run;
    const rank = sameColour.get(color) ?? 0;
    sameColour.set(color, rank + 1);
    free = free.length > 0 ? free : RUN_MARKERS;
    const wanted = RUN_MARKERS[Math.floor(hashOf(run.runId) / RUN_HUES.length) % FILLED_MARKERS];
    const marker = free.find(candidate => candidate === wanted) ?? free[0] ?? 'circle';
    free = free.filter(candidate => candidate !== marker);
    const dash = RUN_DASHES[rank % RUN_DASHES.length] ?? [];
    looks.set(run.runId, { color, marker, dash });
  }
  return looks;
}
