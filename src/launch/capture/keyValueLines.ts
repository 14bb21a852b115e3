import { metricsOf, numberIn, tellsStep, type CapturedMetric } from './capturedMetric';

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|[-+]?inf(?:inity)?`;
/** `loss=0.4`, `val_acc: 0.9`, `Loss = 1e-3`; a number with a unit behind it (`5s`, `12%`, `3/10`) is none. */
const PAIR = new RegExp(
  String.raw`(?<![\w./-])([\p{L}_][\p{L}\p{N}_.\-/@]*)\s*[=:]\s*(${NUMBER})(?![\w%/.]|:\d)`,
  'giu',
);
/** `Epoch 3`, `Epoch [3/10]`, `epoch: 3`, `Step 100/600`, `Iter(train) [ 50/ 80]`. */
const POSITION = new RegExp(
  String.raw`(?<![\w.])(epoch|step|iter|iteration|batch(?!\s*[=:]))s?(?:\(\w+\))?\s*[=:#]?\s*[[(]?\s*(${NUMBER})(?:\s*/\s*\d+)?\s*[\])]?`,
  'giu',
);
const EPOCH_LINE = /^\s*epoch\s*[[(]?\s*(\d+)\s*(?:\/\s*\d+)?\s*[\])]?:?\s*$/i;
/** Keras: `1563/1563 ━━━━ 5s 3ms/step - accuracy: 0.78 - loss: 0.62`, or `[=====]` before Keras 3. */
const KERAS = /^\s*(\d+)\/(\d+)\s+(?:\[=*>?\.*\]|[━─╸╺ ]+)\s+(?:-\s+)?/u;
/** tqdm, and Lightning on it: `Epoch 3: 100%|███| 938/938 [00:05<00:00, 170.00it/s, v_num=0, train_loss=0.2]`. */
const BAR = /(\d+)%\|[^|]*\|\s*(\d+)\/(\d+)\s*\[([^\]]*)\]/u;

/** What a line must have in it to be looked at closely: most of what a script prints has nothing of it. */
const MAY_TELL = /epoch|step|iter|batch|(?<![a-z])it(?![a-z])|%\|/i;

/** Lines with names and numbers in them, and progress bars once they are full. */
export class KeyValueLines {
  private epoch: number | undefined;

  read(line: string): readonly CapturedMetric[] | undefined {
    const keras = KERAS.exec(line);
    if (keras) {
      return keras[1] === keras[2] ? this.withEpoch(pairsIn(line.slice(keras[0].length))) : [];
    }
    if (!MAY_TELL.test(line)) {
      return undefined;
    }
    const heading = EPOCH_LINE.exec(line);
    if (heading) {
      this.epoch = Number(heading[1]);
      return [];
    }
    const bar = BAR.exec(line);
    if (bar) {
      const [, , done, total, tail = ''] = bar;
      const pairs = [...positionsIn(line.slice(0, bar.index)), ...pairsIn(tail)];
      return done === total && pairs.length > 0 ? metricsOf(pairs) : [];
    }
    const pairs = [...positionsIn(line), ...pairsIn(line)];
    return tellsStep(pairs) ? metricsOf(pairs) : undefined;
  }

  private withEpoch(pairs: readonly (readonly [string, number])[]): readonly CapturedMetric[] {
    return metricsOf(this.epoch === undefined ? pairs : [['epoch', this.epoch], ...pairs]);
  }
}

function pairsIn(text: string): (readonly [string, number])[] {
  return [...text.matchAll(PAIR)].flatMap(([, name = '', number = '']) => {
    const value = numberIn(number);
    return value === undefined ? [] : [[name, value] as const];
  });
}

function positionsIn(text: string): (readonly [string, number])[] {
  return [...text.matchAll(POSITION)].flatMap(([, name = '', number = '']) => {
    const value = numberIn(number);
    // A batch is a step of an epoch; `batch=32` is the size of one.
    const position = name.toLowerCase() === 'batch' ? 'step' : name.toLowerCase();
    return value === undefined ? [] : [[position, value] as const];
  });
}
