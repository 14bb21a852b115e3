import { decodePlace, encodePlace, type PageStart, type Paging } from '../pageToken';
import { TrackingError } from '../trackingError';
import type { SearchLoggedModelsRequest } from '../trackingStore';

/**
 * The page tokens of a search of logged models: base64 of the JSON text of the search and the offset, as MLflow's
 * (mlflow.utils.search_utils.SearchLoggedModelsPaginationToken), with the place added at which the page before ended. Throws
 * INVALID_PARAMETER_VALUE for a token of another search, as MLflow, and for anything that is no token.
 */
export function loggedModelPaging(request: SearchLoggedModelsRequest): Paging {
  return { start: decodeToken(request), tokenFor: next => encodeToken(request, next) };
}

function encodeToken(request: SearchLoggedModelsRequest, { offset, after }: PageStart): string {
  const token = JSON.stringify({ ...searchOf(request), offset });
  const place = encodePlace(after);
  return Buffer.from(
    place === undefined ? token : `${token.slice(0, -1)},"after":${place}}`,
    'utf8',
  ).toString('base64');
}

function decodeToken(request: SearchLoggedModelsRequest): PageStart {
  if (request.pageToken === undefined || request.pageToken === '') {
    return { offset: 0 };
  }
  const token = parseToken(request.pageToken);
  const asked = searchOf(request);
  requireSame('experiment IDs', token['experiment_ids'], asked.experiment_ids);
  requireSame('filter string', token['filter_string'] || null, asked.filter_string);
  requireSame('order by', token['order_by'] || null, asked.order_by);
  const offset = token['offset'] ?? 0;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw invalidToken();
  }
  if (!('after' in token)) {
    return { offset };
  }
  const after = decodePlace(token['after']);
  if (!after) {
    throw invalidToken();
  }
  return { offset, after };
}

function searchOf({ experimentIds, filter, orderBy }: SearchLoggedModelsRequest) {
  return {
    experiment_ids: experimentIds,
    filter_string: filter || null,
    order_by: orderBy?.length
      ? orderBy.map(({ fieldName, ascending = true, datasetName, datasetDigest }) => ({
          field_name: fieldName,
          ascending,
          dataset_name: datasetName ?? null,
          dataset_digest: datasetDigest ?? null,
        }))
      : null,
  };
}

function parseToken(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // Not JSON: the same answer as for any other text that is no token.
  }
  throw invalidToken();
}

function requireSame(what: string, found: unknown, asked: unknown): void {
  if (JSON.stringify(found ?? null) !== JSON.stringify(asked)) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The page token belongs to another search: its ${what} differ. Ask for the first page again, without a token.`,
    );
  }
}

function invalidToken(): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    'Invalid page token, could not base64-decode a search of logged models',
  );
}
