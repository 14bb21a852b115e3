import { batchContract } from './batchContract';
import { durabilityContract } from './durabilityContract';
import { experimentSearchContract } from './experimentSearchContract';
import { experimentsContract } from './experimentsContract';
import { historyContract } from './historyContract';
import { inputsContract } from './inputsContract';
import { loggedModelsContract } from './loggedModelsContract';
import { loggingContract } from './loggingContract';
import { pagingContract } from './pagingContract';
import { projectionContract } from './projectionContract';
import { runsContract } from './runsContract';
import { searchContract } from './searchContract';
import { statusContract } from './statusContract';
import type { Subject } from './subject';
import { watchContract } from './watchContract';

/** Everything that `TrackingStore` promises, against one kind of store on its real backend. */
export function trackingStoreContract(subject: Subject): void {
  experimentsContract(subject);
  experimentSearchContract(subject);
  runsContract(subject);
  loggingContract(subject);
  batchContract(subject);
  historyContract(subject);
  searchContract(subject);
  pagingContract(subject);
  projectionContract(subject);
  inputsContract(subject);
  loggedModelsContract(subject);
  watchContract(subject);
  durabilityContract(subject);
  statusContract(subject);
}
