import { textAnswer } from '../answers';
import type { Router } from '../router';

/**
 * The MLflow whose tracking API is served here, below those of spans over OTLP being refused with 404: clients then keep
 * traces as artifacts.
 */
export const MLFLOW_API_VERSION = '3.12.0';

export function mountHealthRoute(router: Router): void {
  router.raw(['GET'], '/health', () => textAnswer('OK'));
}

export function mountVersionRoute(router: Router): void {
  router.raw(['GET'], '/version', () => textAnswer(MLFLOW_API_VERSION));
}
