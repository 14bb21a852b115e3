import { parseInt64 } from '../../base/int64';
import type { Experiment } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import { compileOrder, completeExperimentOrder, readSortKey } from '../../tracking/search/ordering';
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
  const { maxResults } = request;
  validateMaxResults(maxResults);
  const offset = decodePageToken(request.pageToken);
  const matches = compileFilter(parseExperimentFilter(request.filter));
  const orderBy = completeExperimentOrder(parseExperimentOrderBy(request.orderBy));
  const compare = compileOrder(orderBy);
  const found = files
    .list(request.viewType ?? 'ACTIVE_ONLY')
    .map(experiment => ({ experiment, read: fieldReader(experiment) }))
    .filter(({ read }) => matches(read))
    .map(({ experiment, read }) => ({ experiment, sortKey: readSortKey(orderBy, read) }))
    .sort((a, b) => compare(a.sortKey, b.sortKey));
  const items = found.slice(offset, offset + maxResults).map(({ experiment }) => experiment);
  return offset + maxResults < found.length
    ? { items, nextPageToken: encodePageToken(offset + maxResults) }
    : { items };
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
