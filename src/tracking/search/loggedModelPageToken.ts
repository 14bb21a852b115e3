import { TrackingError } from '../trackingError';
import type { SearchLoggedModelsRequest } from '../trackingStore';

/**
 * MLflow's page token of a search of logged models: base64 of the JSON text of the search and the offset
 * (mlflow.utils.search_utils.SearchLoggedModelsPaginationToken).
 */
export function encodeLoggedModelPageToken(
  request: SearchLoggedModelsRequest,
  offset: number,
): string {
  return Buffer.from(JSON.stringify({ ...searchOf(request), offset }), 'utf8').toString('base64');
}

/**
 * @returns the offset; 0 without a token. Throws INVALID_PARAMETER_VALUE for a token of another search, as MLflow, and for
 * anything that is no token.
 */
export function decodeLoggedModelPageToken(request: SearchLoggedModelsRequest): number {
  if (request.pageToken === undefined || request.pageToken === '') {
    return 0;
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
  return offset;
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
