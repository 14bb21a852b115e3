import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { ConsoleRecord, type RecordFile } from '../../../src/launch/console/consoleRecord';
import { LineAssembler } from '../../../src/launch/console/lineAssembler';
import { RecordWriter } from '../../../src/launch/console/recordWriter';

function linesOf(...chunks: readonly (string | Buffer)[]): readonly string[] {
  const lines: string[] = [];
  const assembler = new LineAssembler(({ text }) => lines.push(text));
  for (const chunk of chunks) {
    assembler.append(Buffer.from(chunk as string), 0);
  }
  assembler.end(0);
  return lines;
}

describe('lines of the output', () => {
  test.each([
    [
      ['one\ntwo\r\n', 'thr', 'ee'],
      ['one', 'two', 'three'],
    ],
    [['\u001b[31mred\u001b[0m \u001b]0;title\u0007plain\n'], ['red plain']],
    [[' 10%|#    |\r 50%|##   |\r', '100%|#####|\n'], ['100%|#####|']],
    [['1/2\b\b\b\b\b2/2 done\n'], ['2/2 done']],
    [
      ['done\r', '\n\n'],
      ['done', ''],
    ],
  ])('%j', (chunks, lines) => {
    expect(linesOf(...chunks)).toEqual(lines);
  });

  test('a character that is cut in two is whole', () => {
    const bytes = Buffer.from('é\n');
    expect(linesOf(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['é']);
  });

  test('a line without an end does not grow without bound', () => {
    const lines = linesOf(...Array.from({ length: 300 }, () => 'x'.repeat(1000)));
    expect(lines.every(line => line.length <= 64 * 1024)).toBe(true);
    expect(lines.join('')).toHaveLength(300_000);
    expect(linesOf(...Array.from({ length: 300 }, () => `${'y'.repeat(999)}\r`))).toEqual([
      'y'.repeat(999),
    ]);
  });
});

function textOf(file: RecordFile | undefined): string {
  return Buffer.from(file?.content ?? []).toString();
}

describe('the record of the console', () => {
  test('has a time before each line, and a mark on those of stderr', () => {
    const record = new ConsoleRecord({ onLine: () => {} });
    record.append(Buffer.from('out\n'), 'stdout');
    record.append(Buffer.from('err\nrest'), 'stderr');
    record.end();
    const [file] = record.takeChanges();
    expect(file?.artifactPath).toBe('mlflow-tracker/console.log');
    expect(textOf(file)).toMatch(
      /^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z out\n\S+Z ! err\n\S+Z ! rest\n$/,
    );
    expect(record.takeChanges()).toEqual([]);
  });

  test('goes on in a new part when one is full, and keeps the first and the last ones', () => {
    const record = new ConsoleRecord({ onLine: () => {}, partBytes: 100 });
    const store = new Map<string, string>();
    for (let index = 0; index < 30; index++) {
      record.append(Buffer.from(`line ${index} ${'x'.repeat(50)}\n`), 'terminal');
      for (const file of record.takeChanges()) {
        if (file.content === undefined) {
          store.delete(file.artifactPath);
        } else {
          store.set(file.artifactPath, textOf(file));
        }
      }
    }
    const numbers = [...store.keys()].map(name => /console\.?(\d*)\.log$/.exec(name)?.[1]);
    expect(numbers.map(Number).sort((a, b) => a - b)).toEqual([
      0, 1, 22, 23, 24, 25, 26, 27, 28, 29,
    ]);
    expect(store.get('mlflow-tracker/console.1.log')).toContain('line 0 ');
    expect(store.get('mlflow-tracker/console.log')).toContain('line 29 ');
  });
});

describe('keeping the record in the store', () => {
  test('what failed is written with the next state, and everything again for another run', async () => {
    const record = new ConsoleRecord({ onLine: () => {}, partBytes: 60 });
    const writer = new RecordWriter(record, silentLogger);
    const print = (text: string) => record.append(Buffer.from(`${text}\n`), 'stdout');
    const written: string[] = [];
    let isBroken = true;
    writer.writeTo(file => {
      if (isBroken) {
        return Promise.reject(new Error('disk full'));
      }
      written.push(`first: ${file.artifactPath}`);
      return Promise.resolve();
    });
    print('a line that fills one part of the record');
    print('another line that fills one part of it');
    await writer.finish();
    isBroken = false;
    await writer.finish();
    writer.writeTo(file => {
      written.push(`second: ${file.artifactPath}`);
      return Promise.resolve();
    });
    await writer.finish();
    expect(written).toEqual([
      'first: mlflow-tracker/console.1.log',
      'first: mlflow-tracker/console.log',
      'second: mlflow-tracker/console.1.log',
      'second: mlflow-tracker/console.log',
    ]);
  });
});
