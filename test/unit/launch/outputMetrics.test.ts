import { describe, expect, test } from 'vitest';
import { OutputMetrics } from '../../../src/launch/capture/outputMetrics';

/** `key@step=value` of all lines, in their order. */
function read(lines: string, patterns?: readonly string[]): readonly string[] {
  const metrics = new OutputMetrics(patterns);
  return lines
    .split('\n')
    .flatMap(line => metrics.read(line))
    .map(({ key, step, value }) => `${key}@${step}=${value}`);
}

describe('metrics in the output of a script', () => {
  test.each([
    ['{"step": 10, "loss": 0.5, "note": "x", "lr": 1e-3}', ['loss@10=0.5', 'lr@10=0.001']],
    ['{"epoch": 2, "val": {"acc": 0.9, "loss": 0.1}}', ['val/acc@2=0.9', 'val/loss@2=0.1']],
    [
      "{'loss': 0.51, 'grad_norm': np.float64(1.5), 'learning_rate': 5e-05, 'epoch': 0.5}",
      ['loss@0=0.51', 'grad_norm@0=1.5', 'learning_rate@0=0.00005', 'epoch@0=0.5'],
    ],
    ["{'loss': nan, 'eval_loss': '0.25', 'epoch': 1}", ['loss@1=NaN', 'eval_loss@1=0.25']],
    ['epoch 3: loss=0.41 val_acc=0.88', ['loss@3=0.41', 'val_acc@3=0.88']],
    ['Epoch [3/10], Step [100/600], Loss: 0.2553', ['Loss@100=0.2553', 'epoch@100=3']],
    ['step=7 loss=nan best: -inf', ['loss@7=NaN', 'best@7=-Infinity']],
    ['iter 200: train/loss 1.2, train/acc: .5, 12.5 ms', ['train/acc@200=0.5']],
    ['epoch=1 time=5.2s eta: 3 acc=91.2% loss=1.', ['loss@1=1']],
    ['Epoch 1, Batch 100, Loss: 0.5', ['Loss@100=0.5', 'epoch@100=1']],
    ['2026-01-01 10:20:30 INFO epoch: 4 | loss: 0.1 | time: 3', ['loss@4=0.1']],
    ['it=3 loss=0.5 waiting=1', ['loss@3=0.5', 'waiting@3=1']],
    ['waiting=3 loss=0.5', []],
    ['[0] train-rmse:1.5', []],
    ['[10]\ttrain-rmse:0.41\teval-ndcg@5:.5', ['train-rmse@10=0.41', 'eval-ndcg_at_5@10=0.5']],
    ['[2]\ttrain-auc:0.8+0.01\ttest-auc:0.7+2e-3', ['train-auc@2=0.8', 'test-auc@2=0.7']],
    ["[1]\tvalid_0's l2: 0.24\tvalid_1's l2: nan", ['valid_0-l2@1=0.24', 'valid_1-l2@1=NaN']],
    ["[3]:  train's l2:0.1  test's l2:0.2  ", ['train-l2@3=0.1', 'test-l2@3=0.2']],
    ['[1]\ttrain-rmse:0.41\tand more', []],
    ['[1]\t0.25', []],
    ['[1] "epoch 2: loss=0.5"', ['loss@2=0.5']],
    ['epoch 1: ndcg@5=0.5 a//b=1 train/=2 ../c=3', ['ndcg_at_5@1=0.5']],
    ['Server listening on http://127.0.0.1:5000, workers: 4', []],
    ['lr=0.1 batch=32', []],
    ['lr=0.1 momentum=0.9', []],
    ['{"not": json', []],
    ['[{"loss": 1}]', []],
  ])('%s', (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  test('Keras: the last line of each epoch', () => {
    expect(
      read(`Epoch 1/2
 1/157 ━━━━━━━━━━━━━━━━━━━━ 12s 80ms/step - accuracy: 0.1250 - loss: 2.3026
157/157 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - accuracy: 0.7812 - loss: 0.6213 - val_accuracy: 0.8020 - val_loss: 0.5519
Epoch 2/2
157/157 [==============================] - 1s 3ms/step - loss: 0.5 - accuracy: 0.81`),
    ).toEqual([
      'accuracy@1=0.7812',
      'loss@1=0.6213',
      'val_accuracy@1=0.802',
      'val_loss@1=0.5519',
      'loss@2=0.5',
      'accuracy@2=0.81',
    ]);
  });

  test('Lightning and tqdm: the full bar', () => {
    expect(
      read(`Epoch 0:  50%|█████     | 469/938 [00:02<00:02, 170.00it/s, v_num=0, train_loss=0.40]
Epoch 0: 100%|██████████| 938/938 [00:05<00:00, 170.12it/s, v_num=0, train_loss=0.204, val_loss=0.18]
100%|██████████| 10/10 [00:01<00:00,  9.9it/s]
100%|██████████| 10/10 [00:01<00:00,  9.9it/s, reward=3]`),
    ).toEqual(['train_loss@0=0.204', 'val_loss@0=0.18', 'reward@0=3']);
  });

  test('lines without a step are counted for each metric', () => {
    expect(read('{"a": 1}\n{"b": 5}\n{"a": 2}')).toEqual(['a@0=1', 'b@0=5', 'a@1=2']);
  });

  test("a person's own pattern wins", () => {
    const patterns = [
      String.raw`\[(?<step>\d+)\] train-rmse:(?<rmse>\S+)`,
      String.raw`^METRIC (?<key>\S+) (?<value>\S+)`,
    ];
    expect(
      read('[3] train-rmse:1.5\nMETRIC f1 0.5\nMETRIC f1 nothing\n[4] train-rmse:oops', patterns),
    ).toEqual(['rmse@3=1.5', 'f1@0=0.5']);
  });

  test.each([
    ['(loss', 'is no regular expression'],
    ['loss=(.*)', 'has no named group'],
    ['(?<=a)b', 'has no named group'],
  ])('the pattern %s is refused', (pattern, message) => {
    expect(() => new OutputMetrics([pattern])).toThrow(message);
  });

  test('a line of a megabyte takes no noticeable work', () => {
    expect(read(`epoch 1 ${'a'.repeat(1_000_000)}`)).toEqual([]);
    expect(read(`epoch 1 ${'a=1x '.repeat(100_000)}`)).toEqual([]);
    expect(read(`${' '.repeat(300_000)}{`)).toEqual([]);
  });
});
