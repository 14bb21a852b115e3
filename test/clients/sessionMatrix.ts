import {
  earlyMlflow2,
  earlyMlflow3,
  mlflow1,
  mlflow2,
  mlflow3,
  newestMlflow,
  type MlflowEnvironment,
} from './mlflowEnvironments';
import { SESSION_STORES, type SessionStore } from './sessionCases';

interface Row {
  readonly environment: MlflowEnvironment;
  /** The stores that `npm test` runs the session over; `npm run test:clients` runs all of them. */
  readonly short: readonly SessionStore[];
}

/** Every MLflow that the session is run with. */
export const SESSION_MATRIX: readonly Row[] = [
  { environment: mlflow1, short: [] },
  { environment: earlyMlflow2, short: [] },
  { environment: mlflow2, short: ['file', 'mariadb'] },
  { environment: earlyMlflow3, short: [] },
  { environment: mlflow3, short: ['sqlite', 'postgresql'] },
  { environment: newestMlflow, short: [] },
];

/** The stores for a test file of that MLflow in `npm test`, or in what only `npm run test:clients` runs. */
export function sessionStores(
  environment: MlflowEnvironment,
  part: 'short' | 'rest',
): readonly SessionStore[] {
  const short = SESSION_MATRIX.find(row => row.environment === environment)?.short ?? [];
  return part === 'short' ? short : SESSION_STORES.filter(store => !short.includes(store));
}
