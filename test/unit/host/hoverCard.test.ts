import { describe, expect, it } from 'vitest';
import { curveSvg } from '../../../src/host/hover/curveSvg';
import { hoverCard, MAX_LINE, type CardInput } from '../../../src/host/hover/hoverCard';
import {
  escapeMarkdown,
  joinParts,
  shorten,
  textWidth,
  wrapWords,
} from '../../../src/host/hover/markdownText';
import type { Run } from '../../../src/tracking/entities';
import type { SampledSeries } from '../../../src/wire/trackerApi';

const NOW = 1_800_000_000_000;

function run(metrics: Record<string, number>, tags: Record<string, string> = {}): Run {
  return {
    info: {
      runId: 'a'.repeat(32),
      runName: 'eager-fox-12',
      experimentId: '1',
      userId: 'ada',
      status: 'RUNNING',
      startTimeMs: NOW - 12_000,
      artifactUri: '',
      lifecycleStage: 'active',
    },
    data: {
      metrics: Object.entries(metrics).map(([key, value]) => ({
        key,
        value,
        timestampMs: NOW,
        step: 3,
      })),
      params: [{ key: 'lr', value: '0.01' }],
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    },
    inputs: { datasets: [], models: [] },
    outputs: { models: [] },
  };
}

function series(metricKey: string, values: readonly number[]): SampledSeries {
  const steps = Float64Array.from(values, (_, index) => index);
  return {
    runId: 'a'.repeat(32),
    metricKey,
    total: values.length,
    inRange: values.length,
    xMin: 0,
    xMax: values.length - 1,
    x: steps,
    values: Float64Array.from(values),
    smoothed: new Float64Array(),
    steps,
    timesMs: steps,
  };
}

function card(input: Partial<CardInput> & Pick<CardInput, 'run'>): string {
  return hoverCard({
    experimentName: 'iris',
    series: new Map(),
    wantedMetric: '',
    color: '#3f61f3',
    theme: 'dark',
    now: NOW,
    links: [{ title: 'Charts', icon: 'graph-line', command: 'tracker.runs.showHistories' }],
    translate: (message, ...args) =>
      message.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
    ...input,
  });
}

describe('the hover card', () => {
  it('leads with name, status, duration and experiment', () => {
    const [title, started] = card({ run: run({}) }).split('\n');
    expect(title).toMatch(/^\*\*eager\\-fox\\-12\*\* .*running 12s · iris {2}$/);
    expect(started).toMatch(/^20\d\d.*\(12s ago/);
  });

  it('finds the extremes and their steps in the history, and marks the better one', () => {
    const text = card({
      run: run({ loss: 0.4 }),
      series: new Map([['loss', series('loss', [2, 0.3, NaN, 0.4])]]),
    });
    expect(text).toMatch(/\| loss \| 0\\.4000 \| \*\*0\\.3000\*\* @1 \| 2 @0 \| !\[loss\]\(data:/);
  });

  it('marks nothing where the name does not say what is better', () => {
    const text = card({ run: run({ lr: 0.1 }), series: new Map([['lr', series('lr', [1, 0.1])]]) });
    expect(text.split('\n').find(line => line.startsWith('| lr'))).not.toContain('**');
  });

  it('shows at most twelve metrics and says how many there are more', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}`, index]));
    const text = card({ run: run(many) });
    expect(text.match(/^\| m\d+/gm)).toHaveLength(12);
    expect(text).toContain('\\+18 more metrics');
  });

  it('shows the load of the machine only where there is nothing else', () => {
    const system = { 'system/cpu': 1, 'system/memory': 2 };
    const text = card({ run: run({ ...system, loss: 3 }) });
    expect(text).toContain('| loss |');
    expect(text).not.toContain('| system/');
    expect(text).toContain('\\+2 more metrics');
    expect(card({ run: run(system) })).toContain('| system/cpu |');
  });

  it('names NaN, and text of runs never becomes markup, icons or links', () => {
    const nasty = run({ 'a|b': NaN }, { 'mlflow.source.name': '[x](command:evil) $(bug) <b>' });
    const text = card({ run: nasty });
    expect(text).toContain('| a\\|b | NaN |');
    expect(text).not.toMatch(/[^\\]\]\(command:evil/);
    expect(text).not.toContain(' $(bug)');
    expect(text).not.toContain('<b>');
  });

  it('breaks its lines and cuts what is long, so that it stays narrow', () => {
    const long = run(
      { ['validation/'.repeat(9)]: -1.2345e-100, loss: 1 },
      {
        'mlflow.source.name': `${'deep/'.repeat(30)}${'train'.repeat(30)}.py`,
        'mlflow.source.git.commit': 'a1b2c3d4e5f6',
        'mlflow.source.git.branch': 'feature/'.repeat(20),
        'mlflow.source.git.dirty': 'true',
        'mlflow.note.content': 'A note of many words that a person wrote. '.repeat(20),
      },
    );
    const wide: Run = {
      ...long,
      info: { ...long.info, runName: '実験'.repeat(40) },
      data: {
        ...long.data,
        params: Array.from({ length: 20 }, (_, index) => ({
          key: `param_${index}`,
          value: index === 0 ? 'x'.repeat(6000) : '0.001',
        })),
      },
    };
    const text = card({ run: wide, experimentName: 'experiment '.repeat(20) });
    const lines = text.split('\n').filter(line => !line.startsWith('[') && !line.startsWith('|'));
    for (const line of lines) {
      const seen = line
        .replace(/\$\([^)]+\)/g, 'xx')
        .replace(/&nbsp;/g, ' ')
        .replace(/\*\*|^_|_$|\\/g, '');
      expect(textWidth(seen.trim()), line).toBeLessThanOrEqual(MAX_LINE + 1);
    }
    for (const row of text.split('\n').filter(line => line.startsWith('| '))) {
      expect(row.replace(/\\|\*/g, '').length, row).toBeLessThanOrEqual(75);
    }
    expect(text).toMatch(/param\\_0 \*\*x+…x+\*\* · .*\n.*param\\_3 .* · \\\+15 more\n/);
  });

  it('gives names the place of steps where both do not fit', () => {
    const key = 'validation/intersection_over_union';
    const at = (step: number) => {
      const steps = Float64Array.from([step, step + 1]);
      return card({
        run: run({ [key]: 0.12345 }),
        series: new Map([[key, { ...series(key, [0.5, 0.25]), steps }]]),
      });
    };
    expect(at(1)).toMatch(
      /\| validation\/…over\\_union \| 0\\\.1235 \| 0\\\.1235 @3 \| 0\\\.5000 @1 \|/,
    );
    expect(at(200_000)).toMatch(
      /\| validation\/in…n\\_over\\_union \| 0\\\.1235 \| 0\\\.1235 \| 0\\\.5000 \|/,
    );
  });

  it('links to commands with the run as argument', () => {
    const argument = encodeURIComponent(JSON.stringify(['a'.repeat(32)]));
    expect(card({ run: run({}) })).toContain(`(command:tracker.runs.showHistories?${argument})`);
  });
});

describe('curveSvg', () => {
  const options = { width: 96, height: 18, color: '#3f61f3', theme: 'dark' } as const;

  it('breaks the line at values that are not finite', () => {
    const path = curveSvg([0, 1, 2, 3, 4], [1, 2, NaN, 3, 4], options);
    expect(path.match(/[ML]\d+\.\d \d/g)).toHaveLength(4);
    expect(path.match(/M\d+\.\d \d/g)).toHaveLength(2);
  });

  it('draws doubles of any size without NaN', () => {
    const path = curveSvg([0, 1, 2], [-Number.MAX_VALUE, Number.MAX_VALUE, 0], options);
    expect(path).not.toContain('NaN');
    expect(path).not.toContain('Infinity');
  });

  it('uses the foreground in high contrast', () => {
    expect(curveSvg([0, 1], [0, 1], { ...options, theme: 'highContrast' })).not.toContain(
      '#3f61f3',
    );
  });
});

describe('Markdown text', () => {
  it.each([
    ['a_b*c', 'a\\_b\\*c'],
    ['two\nlines', 'two lines'],
    ['a & <b>', 'a &amp; &lt;b\\>'],
  ])('%j becomes %j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it('is shortened in the middle, by what it takes on the screen', () => {
    expect(shorten('0123456789', 5)).toBe('01…89');
    expect(shorten('実験結果', 8)).toBe('実験結果');
    expect(shorten('実験結果', 5)).toBe('実…果');
    expect(shorten('👍👍👍', 5)).toBe('👍…👍');
  });

  it('is wrapped between words, and cut after the last line', () => {
    expect(wrapWords(' one two\nthree four five six', 9, 2)).toEqual(['one two', 'three fo…']);
    expect(wrapWords('abcdefghijkl m', 5, 3)).toEqual(['ab…kl', 'm']);
    expect(wrapWords('short', 9, 2)).toEqual(['short']);
  });

  it('is put into lines piece by piece, the rest counted', () => {
    const parts = ['aaa', 'bbb', 'ccc', 'ddd'].map(text => ({ markdown: text, width: 3 }));
    const more = (left: number) => ({ markdown: `+${left}`, width: 2 });
    expect(joinParts(parts, 9)).toBe('aaa · bbb  \nccc · ddd');
    expect(joinParts(parts, 9, 1, more)).toBe('aaa · +3');
    expect(joinParts(parts, 14, 1, more)).toBe('aaa · bbb · +2');
    expect(joinParts(parts, 9, 2, more)).toBe('aaa · bbb  \nccc · ddd');
    expect(joinParts([], 9)).toBe('');
  });
});
