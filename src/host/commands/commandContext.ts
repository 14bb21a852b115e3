import type { Services } from '../../services';
import type { RunId } from '../../tracking/entities';
import type { ExperimentsView } from '../views/experimentsView';

/** What a command works with, beside its arguments. */
export interface CommandContext {
  readonly services: Services;
  readonly experiments: ExperimentsView;
  /** The run chosen by "Select for compare", until another one is. */
  compareWith?: RunId;
}
