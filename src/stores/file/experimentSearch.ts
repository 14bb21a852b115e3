import { parseInt64 } from '../../base/int64';
import type { Experiment } from '../../tracking/entities';
import { completeExperimentOrder, pagingOf, readSortKey } from '../../tracking/search/ordering';
import { PageCollector } from '../../tracking/search/pageCollector';
import { parseExperimentFilter } from '../../tracking/search/parseFilter';
import { parseExperimentOrderBy } from '../../tracking/search/parseOrderBy';
import { compileFilter } from '../../tracking/search/predicate';
import type { FieldReader } from '../../tracking/search/values';
import type { Page, SearchExperimentsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import type { ExperimentFiles } from './experimentFiles';

export function searchExperiments(
  files: ExperimentFiles,
  request: SearchExperimentsRequest,
): Page<Experiment> {
  const { maxResults, pageToken } = request;
  validateMaxResults(maxResults);
  const matches = compileFilter(parseExperimentFilter(request.filter));
  const orderBy = completeExperimentOrder(parseExperimentOrderBy(request.orderBy));
  const found = new PageCollector<Experiment>(orderBy, maxResults, pagingOf(orderBy, pageToken));
  for (const experiment of files.list(request.viewType ?? 'ACTIVE_ONLY')) {
    const read = fieldReader(experiment);
    if (matches(read)) {
      found.offer(experiment, readSortKey(orderBy, read));
    }
  }
  return found.page();
}

function fieldReader(experiment: Experiment): FieldReader {
  return ({ entity, key }) => {
    if (entity === 'tag') {
      return experiment.tags.find(tag => tag.key === key)?.value;
    }
    switch (key) {
      case 'name':
        return experiment.name;
      case 'creation_time':
        return experiment.creationTimeMs;
      case 'last_update_time':
        return experiment.lastUpdateTimeMs;
      default:
        // By number, as SQL stores have it: 2 before 10.
        return parseInt64(experiment.experimentId) ?? experiment.experimentId;
    }
  };
}
