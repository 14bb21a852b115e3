import type { Metric } from '../../tracking/entities';
import type { CallOptions, MetricHistoryRequest, Page } from '../../tracking/trackingStore';
import { GET_METRIC_HISTORY } from '../../wire/endpoints/loggingEndpoints';
import type { EndpointCaller } from './endpointCaller';

/** MLflow's own clients ask for as many. */
const PAGE_SIZE = 25_000;

/** A whole history, page by page: real servers from 3.2 on answer nothing but a token when no size is asked for. */
export async function* metricPages(
  caller: EndpointCaller,
  request: MetricHistoryRequest,
  options?: CallOptions,
): AsyncGenerator<readonly Metric[]> {
  let pageToken = request.pageToken;
  do {
    const page: Page<Metric> = await caller.call(
      GET_METRIC_HISTORY,
      { ...request, maxResults: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) },
      options,
    );
    yield page.items;
    pageToken = page.items.length === 0 ? undefined : page.nextPageToken;
  } while (pageToken !== undefined);
}
