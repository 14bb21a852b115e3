import { describe, expect, test } from 'vitest';
import { capturedMetricsText } from '../../../src/host/run/capturedMetricsText';

describe('the preview of captured metrics', () => {
  test('names each line with its metrics, without the stamps of a console log', () => {
    const output = [
      '2026-11-25T21:50:45.123Z starting',
      '2026-11-25T21:50:46.123Z epoch 1: loss=0.5 acc=0.75',
      '2026-11-25T21:50:47.123Z ! {"step": 7, "lr": 0.1}',
      '2026-11-25T21:50:48.123Z it 3 took us to 0.125',
      '',
    ].join('\n');
    const patterns = ['it (?<step>\\d+) took us to (?<score>\\S+)'];
    expect(capturedMetricsText(output, patterns, 'console.log')).toBe(
      [
        '3 of the 4 lines of console.log give metrics: loss, acc, lr, score.',
        '',
        'line 2: epoch 1: loss=0.5 acc=0.75',
        '    loss = 0.5  (step 1)',
        '    acc = 0.75  (step 1)',
        '',
        'line 3: {"step": 7, "lr": 0.1}',
        '    lr = 0.1  (step 7)',
        '',
        'line 4: it 3 took us to 0.125',
        '    score = 0.125  (step 3)',
        '',
      ].join('\n'),
    );
  });

  test('says what to do where no line gives one', () => {
    expect(capturedMetricsText('hello\nworld', [], 'train.log')).toMatch(
      /^None of the 2 lines of train\.log gives a metric\.\n\n[^]*tracker\.run\.metricPatterns\.\n$/,
    );
  });

  test('tells a wrong pattern plainly', () => {
    expect(() => capturedMetricsText('x', ['(?<loss>'], 'x')).toThrow(
      /The metric pattern "\(\?<loss>" is no regular expression/,
    );
  });

  test('does not list a long log to its end', () => {
    const output = Array.from({ length: 5_002 }, (_, step) => `step ${step}: loss=1`).join('\n');
    expect(capturedMetricsText(output, [], 'log')).toMatch(/… and 2 lines more\.\n$/);
  });
});
