import { availableParallelism } from 'node:os';
import { say } from '../lib/progress.mjs';

/** @typedef {{ title: string, isDone: () => boolean, run: () => Promise<void> }} Step */

/**
 * One step of several that do not need each other; as many run at once as there are processors.
 * @param {string} title
 * @param {Step[]} steps
 * @returns {Step}
 */
export function sideBySide(title, steps) {
  return {
    title,

    isDone() {
      return steps.every(step => step.isDone());
    },

    async run() {
      const left = steps.filter(step => !step.isDone());
      const work = async () => {
        for (let step = left.shift(); step; step = left.shift()) {
          say(`         ${step.title}`);
          await step.run();
          say(`         ${step.title}: done`);
        }
      };
      await Promise.all(Array.from({ length: availableParallelism() }, work));
    },
  };
}
