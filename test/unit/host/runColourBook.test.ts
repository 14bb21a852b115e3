import { describe, expect, it } from 'vitest';
import { colourDistance } from '../../../src/host/model/colourDistance';
import { RunColourBook } from '../../../src/host/model/runColourBook';
import type { StateStorage } from '../../../src/host/model/viewState';
import { hueOf, RUN_HUES } from '../../../src/protocol/runColours';
import type { Run } from '../../../src/tracking/entities';

function run(runId: string, tag?: string): Run {
  return {
    info: {
      runId,
      runName: runId,
      experimentId: '1',
      userId: 'ada',
      status: 'FINISHED',
      artifactUri: '',
      lifecycleStage: 'active',
    },
    data: {
      metrics: [],
      params: [],
      tags: tag === undefined ? [] : [{ key: 'mlflow.runColor', value: tag }],
    },
    inputs: { datasets: [], models: [] },
    outputs: { models: [] },
  };
}

/** Ids of runs whose own hue is this one. */
function idsWithHue(hue: string, count: number): string[] {
  const ids: string[] = [];
  for (let index = 0; ids.length < count; index++) {
    if (hueOf(`run${index}`) === hue) {
      ids.push(`run${index}`);
    }
  }
  return ids;
}

class Storage implements StateStorage {
  readonly values = new Map<string, unknown>();
  get(key: string): unknown {
    return this.values.get(key);
  }
  update(key: string, value: unknown): Promise<void> {
    // As VS Code keeps it.
    this.values.set(key, JSON.parse(JSON.stringify(value)));
    return Promise.resolve();
  }
}

function smallestDistance(colours: Iterable<string>): number {
  const all = [...colours];
  return Math.min(
    ...all.flatMap((a, index) => all.slice(index + 1).map(b => colourDistance(a, b))),
  );
}

const GREEN = '#4ca28b';
const TEAL = '#0c8386';
const [first = '', second = '', third = ''] = idsWithHue(GREEN, 3);
const [teal = ''] = idsWithHue(TEAL, 1);

describe('the distance of colours', () => {
  it('is 0 between equals and 1 between black and white', () => {
    expect(colourDistance('#4ca28b', '#4ca28b')).toBe(0);
    expect(colourDistance('#000000', '#ffffff')).toBeCloseTo(1, 3);
  });
});

describe('the colours of runs', () => {
  it('are their own hues where these stand apart', () => {
    const colours = new RunColourBook(new Storage()).openView().show([run(first)]);
    expect([...colours]).toEqual([[first, GREEN]]);
  });

  it('differ clearly among few runs of equal or similar hues', () => {
    const runs = [first, second, third, teal].map(id => run(id));
    const colours = new RunColourBook(new Storage()).openView().show(runs);
    expect(colours.get(first)).toBe(GREEN);
    expect(smallestDistance(colours.values())).toBeGreaterThanOrEqual(0.14);
  });

  it('differ while there are hues left, and repeat only after that', () => {
    const ids = idsWithHue(GREEN, 13);
    const book = new RunColourBook(new Storage());
    const twelve = book.openView().show(ids.slice(0, 12).map(id => run(id)));
    expect(new Set(twelve.values())).toEqual(new Set(RUN_HUES));
    expect(book.openView().show(ids.map(id => run(id))).size).toBe(13);
  });

  it('stay while the run is on display anywhere, and are the same in every view', () => {
    const book = new RunColourBook(new Storage());
    const one = book.openView().show([run(first), run(second)]);
    const other = book.openView().show([run(third), run(second), run(teal)]);
    expect(other.get(second)).toBe(one.get(second));
    expect(book.colourOf(run(second))).toBe(one.get(second));
    expect(smallestDistance(other.values())).toBeGreaterThanOrEqual(0.14);
  });

  it('are kept for runs of closed views unless they look like a run beside them', () => {
    const book = new RunColourBook(new Storage());
    const view = book.openView();
    const moved = view.show([run(first), run(second)]).get(second);
    view.dispose();
    expect(
      book
        .openView()
        .show([run(second)])
        .get(second),
    ).toBe(moved);

    const apart = new RunColourBook(new Storage());
    for (const id of [first, second]) {
      const alone = apart.openView();
      expect(alone.show([run(id)]).get(id)).toBe(GREEN);
      alone.dispose();
    }
    const together = apart.openView().show([run(first), run(second)]);
    expect(smallestDistance(together.values())).toBeGreaterThanOrEqual(0.14);
  });

  it('are the same after a refresh, and when a run is added', () => {
    const view = new RunColourBook(new Storage()).openView();
    const before = view.show([run(first), run(second)]);
    expect(view.show([run(first), run(second)])).toEqual(before);
    const after = view.show([run(third), run(second), run(first)]);
    expect(after.get(first)).toBe(before.get(first));
    expect(after.get(second)).toBe(before.get(second));
  });

  it('come from the tag first, and others keep away from it', () => {
    const book = new RunColourBook(new Storage());
    const colours = book.openView().show([run(first), run(teal, GREEN)]);
    expect(colours.get(teal)).toBe(GREEN);
    expect(smallestDistance(colours.values())).toBeGreaterThanOrEqual(0.14);
    expect(book.colourOf(run(first, '#ABC'))).toBe('#aabbcc');
  });

  it('outlive the window, the latest 500', () => {
    const storage = new Storage();
    const before = new RunColourBook(storage).openView().show([run(first), run(second)]);
    const again = new RunColourBook(storage);
    expect(again.colourOf(run(second))).toBe(before.get(second));
    for (let index = 0; index < 600; index++) {
      const view = again.openView();
      view.show([run(`later${index}`)]);
      view.dispose();
    }
    const kept = storage.get('tracker.runColours');
    expect(kept).toHaveLength(500);
    expect(JSON.stringify(kept)).toContain('later599');
    expect(JSON.stringify(kept)).not.toContain(`"${second}"`);
  });

  it('are read as far as they are understood', () => {
    const storage = new Storage();
    storage.values.set('tracker.runColours', [['a', '#123456'], ['b', 'red'], 7, null]);
    const book = new RunColourBook(storage);
    expect(book.colourOf(run('a'))).toBe('#123456');
    expect(book.colourOf(run('b'))).toBe(hueOf('b'));
    storage.values.set('tracker.runColours', { a: 1 });
    expect(new RunColourBook(storage).colourOf(run('a'))).toBe(hueOf('a'));
  });
});
