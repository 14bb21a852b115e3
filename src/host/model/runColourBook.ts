import type { Disposable } from '../../base/disposable';
import { hueOf, parseRunColour, RUN_HUES } from '../../protocol/runColours';
import type { Run, RunId } from '../../tracking/entities';
import { colourDistance } from './colourDistance';
import { tagOf } from './tagOf';
import type { StateStorage } from './viewState';

const KEY = 'tracker.runColours';
/** More runs than anyone tells apart by colour, few enough to store with every change. */
const MAX_KEPT = 500;
/** Thin lines closer than this in OKLab look alike, though patches beside each other would not. */
const ALIKE = 0.14;
/** So many runs can be that far apart with our hues; more have to differ only. */
const MAX_FAR_APART = 5;

/** What shows runs, for as long as it shows them. */
export interface ColourView extends Disposable {
  /** The colours of exactly these runs, which are on display from now on. `#rrggbb` by run id. */
  show(runs: readonly Run[]): ReadonlyMap<RunId, string>;
}

/**
 * The colour of every run that was shown in this workspace, one at a time for the whole window. A run starts with the hue of its
 * id, and with another when that looks like a run beside it. It keeps its colour as long as it is on display anywhere, and
 * after that until it is to be shown beside a run that looks alike. The tag `mlflow.runColor` wins.
 */
export class RunColourBook {
  private readonly given: Map<RunId, string>;
  private readonly views = new Set<{ shown: ReadonlySet<RunId> }>();

  constructor(private readonly storage: StateStorage) {
    this.given = new Map(readGiven(storage.get(KEY)));
  }

  /** Of a run that is shown alone, such as in a hover card. */
  colourOf(run: Run): string {
    const { runId } = run.info;
    return taggedColour(run) ?? this.given.get(runId) ?? hueOf(runId);
  }

  openView(): ColourView {
    const view = { shown: new Set<RunId>() };
    this.views.add(view);
    return {
      show: runs => {
        const colours = this.coloursOf(runs);
        view.shown = new Set(colours.keys());
        return colours;
      },
      dispose: () => this.views.delete(view),
    };
  }

  private coloursOf(runs: readonly Run[]): ReadonlyMap<RunId, string> {
    const colours = new Map<RunId, string>();
    for (const run of runs) {
      const { runId } = run.info;
      const fixed = taggedColour(run) ?? (this.isOnDisplay(runId) && this.given.get(runId));
      if (fixed) {
        colours.set(runId, fixed);
      }
    }
    const minDistance = runs.length > MAX_FAR_APART ? Number.MIN_VALUE : ALIKE;
    let changed = false;
    for (const { info } of runs) {
      if (colours.has(info.runId)) {
        continue;
      }
      const wanted = this.given.get(info.runId) ?? hueOf(info.runId);
      const colour = apart(wanted, [...colours.values()], minDistance);
      colours.set(info.runId, colour);
      if (this.given.get(info.runId) !== colour) {
        this.given.delete(info.runId);
        this.given.set(info.runId, colour);
        changed = true;
      }
    }
    if (changed) {
      this.save();
    }
    return colours;
  }

  private isOnDisplay(runId: RunId): boolean {
    return [...this.views].some(view => view.shown.has(runId));
  }

  private save(): void {
    const latest = [...this.given].slice(-MAX_KEPT);
    for (const runId of [...this.given.keys()].slice(0, -MAX_KEPT)) {
      this.given.delete(runId);
    }
    void this.storage.update(KEY, latest);
  }
}

function taggedColour(run: Run): string | null {
  return parseRunColour(tagOf(run, 'mlflow.runColor'));
}

/** The wanted colour when it is far enough from the others, else the hue that is farthest from them. */
function apart(wanted: string, others: readonly string[], minDistance: number): string {
  const distanceOf = (colour: string) =>
    Math.min(...others.map(other => colourDistance(colour, other)));
  let best = wanted;
  let bestDistance = distanceOf(wanted);
  if (bestDistance >= minDistance) {
    return wanted;
  }
  for (const hue of RUN_HUES) {
    const distance = distanceOf(hue);
    if (distance > bestDistance) {
      best = hue;
      bestDistance = distance;
    }
  }
  return best;
}

/** Entries written by an older or newer version count as far as they are understood. */
function readGiven(value: unknown): (readonly [RunId, string])[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap(entry => {
    const [runId, colour] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    const parsed = typeof colour === 'string' ? parseRunColour(colour) : null;
    return typeof runId === 'string' && parsed !== null ? [[runId, parsed] as const] : [];
  });
}
