import { sep } from 'node:path';
import type { Run } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { Field } from '../../tracking/search/ast';
import {
  compileOrder,
  completeRunOrder,
  fieldsOf,
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
import { safeKeyPath } from './keyFiles';
import { METRICS_FOLDER, PARAMS_FOLDER, TAGS_FOLDER } from './layout';
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
    const filter = parseRunFilter(request.filter);
    const matches = compileFilter(filter);
    const orderBy = completeRunOrder(parseRunOrderBy(request.orderBy));
    const readers = new Map(
      fieldsOf(filter, orderBy).map(field => [fieldName(field), this.compileField(field)]),
    );
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
        const read: FieldReader = field => readers.get(fieldName(field))?.(run);
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

  /**
   * How a field is read from any run. Done once a search: with ten thousand runs even joining a path counts.
   * A key that cannot exist, such as one that would lead out of the folder, is missing everywhere.
   */
  private compileField({ entity, key }: Field): (run: StoredRun) => FieldValue {
    switch (entity) {
      case 'metric': {
        const path = safeKeyPath(METRICS_FOLDER, key);
        return run => path && this.runs.readLatestValue(run.folder + sep + path);
      }
      case 'param':
      case 'tag': {
        const path = safeKeyPath(entity === 'param' ? PARAMS_FOLDER : TAGS_FOLDER, key);
        return run => path && this.runs.readValue(run.folder + sep + path);
      }
      case 'dataset':
        return run => this.readDatasets(run, key);
      case 'attribute':
        return run => this.readAttribute(run, key);
    }
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

function fieldName({ entity, key }: Field): string {
  return `${entity}.${key}`;
}
