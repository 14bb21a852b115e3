import { describe, expect, it } from 'vitest';
import { curveSvg } from '../../../src/host/hover/curveSvg';
import { hoverCard, MAX_CARD_METRICS, type CardInput } from '../../../src/host/hover/hoverCard';
import { escapeMarkdown, shorten } from '../../../src/host/hover/markdownText';
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
    const [title] = card({ run: run({}) }).split('\n');
    expect(title).toMatch(/^\*\*eager\\-fox\\-12\*\* .*running 12s .*\(12s ago.*iris$/);
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
    expect(text.match(/^\| m\d+/gm)).toHaveLength(MAX_CARD_METRICS);
    expect(text).toContain('\\+18 more metrics');
  });

  it('names NaN, and text of runs never becomes markup, icons or links', () => {
    const nasty = run({ 'a|b': NaN }, { 'mlflow.source.name': '[x](command:evil) $(bug) <b>' });
    const text = card({ run: nasty });
    expect(text).toContain('| a\\|b | NaN |');
    expect(text).not.toMatch(/[^\\]\]\(command:evil/);
    expect(text).not.toContain(' $(bug)');
    expect(text).not.toContain('<b>');
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

  it('is shortened in the middle', () => {
    expect(shorten('0123456789', 5)).toBe('01…89');
  });
});
