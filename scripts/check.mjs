/** `npm run check`: format, lint, types, boundaries, dead code, manifest, and what may not be in a tracked file. */
import { runChecks } from './check/checks.mjs';

const { passed, failed } = await runChecks();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
