// Fits a line to noisy points by gradient descent and logs every step, with the client library for JavaScript.
//
//     mlflow-tracker run -- node train.mjs --learning-rate 0.05
//
// It finds the library in this project (`npm run build` makes it); elsewhere install the package as docs/client.md says.

import { parseArgs } from 'node:util';
import { withRun } from 'mlflow-tracker/client';

const { values: options } = parseArgs({
  options: {
    'learning-rate': { type: 'string', default: '0.1' },
    steps: { type: 'string', default: '200' },
  },
});
const learningRate = Number(options['learning-rate']);
const steps = Number(options.steps);

/** y = 3x - 1 and a wave in place of noise, so that every machine sees the same points. */
const points = Array.from({ length: 50 }, (_, index) => {
  const x = index / 25 - 1;
  return { x, y: 3 * x - 1 + 0.1 * Math.sin(37 * index) };
});

await withRun({ runName: 'line', params: { learningRate, steps } }, async run => {
  let slope = 0;
  let offset = 0;
  for (let step = 0; step < steps; step += 1) {
    const errors = points.map(({ x, y }) => ({ x, error: slope * x + offset - y }));
    const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
    slope -= learningRate * 2 * mean(errors.map(({ x, error }) => x * error));
    offset -= learningRate * 2 * mean(errors.map(({ error }) => error));
    await run.logMetrics(
      { loss: mean(errors.map(({ error }) => error ** 2)), slope, offset },
      { step },
    );
  }
  await run.logText(`y = ${slope.toFixed(3)} x + ${offset.toFixed(3)}\n`, 'line.txt');
  console.log(`y = ${slope.toFixed(3)} x + ${offset.toFixed(3)}`);
});
