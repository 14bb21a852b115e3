import { describe, expect, it } from 'vitest';
import { hueOf, parseRunColour, RUN_HUES, runLooks } from '../../../src/protocol/runColours';

/** WCAG's relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe('run colours', () => {
  it.each(RUN_HUES.map(hue => [hue]))('%s stands out on light and on dark', hue => {
    expect(contrast(hue, '#ffffff')).toBeGreaterThanOrEqual(3);
    expect(contrast(hue, '#1f1f1f')).toBeGreaterThanOrEqual(3);
  });

  it('are the same for a run id for all time', () => {
    expect(hueOf('59301a975012442dbf8302ed8f4acf66')).toBe('#708d00');
    expect(hueOf('810c090d16b84d3c9cf85d66699c16be')).toBe('#be506c');
  });

  it('use all hues about equally', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 12_000; index++) {
      const color = hueOf(index.toString(16).padStart(32, '0'));
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    expect(counts.size).toBe(12);
    expect(Math.min(...counts.values())).toBeGreaterThan(700);
  });

  it.each([
    ['#ABCDEF', '#abcdef'],
    ['#abc', '#aabbcc'],
    [' #123456 ', '#123456'],
  ])('take the tag mlflow.runColor %s', (tag, color) => {
    expect(parseRunColour(tag)).toBe(color);
  });

  it.each(['', 'red', '#12', 'url(x)', '#1234567'])('take no notice of the tag %j', tag => {
    expect(parseRunColour(tag)).toBeNull();
  });

  it('give the runs of a view different marks while there are enough', () => {
    const runs = Array.from({ length: 6 }, (_, index) => ({
      runId: `run${index}`,
      color: '#112233',
    }));
    const looks = [...runLooks(runs).values()];
    expect(new Set(looks.map(look => look.marker)).size).toBe(6);
    expect(runLooks([...runs, { runId: 'one more', color: '#112233' }]).size).toBe(7);
  });

  it('give runs of one colour different marks and dashes', () => {
    const looks = [
      ...runLooks(['a', 'b', 'c'].map(runId => ({ runId, color: '#112233' }))).values(),
    ];
    expect(new Set(looks.map(look => look.dash.join())).size).toBe(3);
    expect(looks.every(look => look.color === '#112233')).toBe(true);
  });
});
