import type { LoggedModel } from '../../tracking/entities';
import { LoggedModelQuery } from '../../tracking/search/loggedModelQuery';
import type { Page, SearchLoggedModelsRequest } from '../../tracking/trackingStore';
import type { ExperimentFiles } from './experimentFiles';
import type { ModelFiles } from './modelFiles';
import { Turns } from './turns';

/** Searches logged models by MLflow's rules. */
export class ModelSearch {
  constructor(
    private readonly experiments: ExperimentFiles,
    private readonly models: ModelFiles,
  ) {}

  async search(
    request: SearchLoggedModelsRequest,
    signal: AbortSignal | undefined,
  ): Promise<Page<LoggedModel>> {
    const query = new LoggedModelQuery(request);
    const turns = new Turns(signal);
    for (const experimentId of new Set(request.experimentIds)) {
      const experimentFolder = this.experiments.findFolder(experimentId);
      const folders = experimentFolder ? this.models.listFolders(experimentFolder) : [];
      for (const folder of folders) {
        await turns.next();
        const model = this.models.read(folder);
        if (model) {
          query.offer(model);
        }
      }
    }
    return query.page();
  }
}
