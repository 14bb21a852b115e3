import type { Run } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { Field } from '../../tracking/search/ast';
import {
  compileOrder,
  completeRunOrder,
  readSortKey,
  type SortKey,
} from '../../tracking/search/ordering';
import { parseRunFilter } from '../../tracking/search/parseFilter';
import { parseRunOrderBy } from '../../tracking/search/parseOrderBy';
import { compileFilter } from '../../tracking/search/predicate';
import type { FieldReader, FieldValue } from '../../tracking/search/values';
import type { Page, SearchRunsRequest } from '../../tracking/trackingStore';
import { validateMaxResults } from '../../tracking/validation';
import type { DatasetFiles } from './datasetFiles';
import { DATASET_CONTEXT_TAG } from './datasetSearch';
import type { ExperimentFiles } from './experimentFiles';
import type { RunFiles, StoredRun } from './runFiles';
import { Turns } from './turns';

const DEFAULT_MAX_RESULTS = 1000;

interface Found {
  readonly run: StoredRun;
  readonly sortKey: SortKey;
}

/**
 * Searches runs: meta files first, then only the files that the filter and the order name, and everything else only for the
 * runs of the page.
 */
export class RunSearch {
  constructor(
    private readonly experiments: ExperimentFiles,
    private readonly runs: RunFiles,
    private readonly datasets: DatasetFiles,
  ) {}

  async search(request: SearchRunsRequest, signal: AbortSignal | undefined): Promise<Page<Run>> {
    const maxResults = request.maxResults ?? DEFAULT_MAX_RESULTS;
    validateMaxResults(maxResults);
    const offset = decodePageToken(request.pageToken);
    const matches = compileFilter(parseRunFilter(request.filter));
    const orderBy = completeRunOrder(parseRunOrderBy(request.orderBy));
    const turns = new Turns(signal);
    const found: Found[] = [];
    for (const experimentId of new Set(request.experimentIds)) {
      const folder = this.experiments.findFolder(experimentId);
      const listed =
        folder === undefined
          ? []
          : await this.runs.list(folder, request.viewType ?? 'ACTIVE_ONLY', turns);
      for (const run of listed) {
        await turns.next();
        const read = this.fieldReader(run);
        if (matches(read)) {
          found.push({ run, sortKey: readSortKey(orderBy, read) });
        }
      }
    }
    const compare = compileOrder(orderBy);
    found.sort((a, b) => compare(a.sortKey, b.sortKey));
    const items: Run[] = [];
    for (const { run } of found.slice(offset, offset + maxResults)) {
      await turns.next();
      items.push(this.runs.load(run, request.projection));
    }
    return offset + maxResults < found.length
      ? { items, nextPageToken: encodePageToken(offset + maxResults) }
      : { items };
  }

  private fieldReader(run: StoredRun): FieldReader {
    return ({ entity, key }) => {
      switch (entity) {
        case 'metric':
          return this.runs.readLatest(run.folder, key)?.value;
        case 'param':
          return this.runs.readParam(run.folder, key);
        case 'tag':
          return this.runs.readTag(run.folder, key);
        case 'dataset':
          return this.readDatasets(run, key);
        case 'attribute':
          return this.readAttribute(run, key);
      }
    };
  }

  private readDatasets(run: StoredRun, key: Field['key']): FieldValue {
    const { datasets } = this.datasets.readInputs(run.folder);
    switch (key) {
      case 'name':
        return datasets.map(({ dataset }) => dataset.name);
      case 'digest':
        return datasets.map(({ dataset }) => dataset.digest);
      default:
        return datasets
          .flatMap(({ tags }) => tags)
          .filter(tag => tag.key === DATASET_CONTEXT_TAG)
          .map(tag => tag.value);
    }
  }

  private readAttribute(run: StoredRun, key: Field['key']): FieldValue {
    const { info } = run;
    switch (key) {
      case 'run_id':
        return info.runId;
      case 'start_time':
        return info.startTimeMs;
      case 'end_time':
        return info.endTimeMs;
      case 'status':
        return info.status;
      case 'user_id':
        return info.userId;
      case 'run_name':
        return this.runs.infoOf(run).runName;
      default:
        return this.runs.infoOf(run).artifactUri;
    }
  }
}
