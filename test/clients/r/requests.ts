/**
 * One request as MLflow's R client puts it on the wire. `RUN` and `EXPERIMENT` stand for the ids that the first answers
 * name. `answer` is what of the answer the client reads; it takes any status but 200 for a failure.
 */
export interface RecordedRequest {
  readonly call: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/2.0/mlflow/`. */
  readonly path: string;
  readonly body?: string;
  /** Default 200. */
  readonly status?: number;
  readonly answer: object;
}

/** What every request carries, beside the credentials. */
export const headers = {
  'user-agent': 'mlflow-r-client/3.0.0',
  accept: 'application/json, text/xml, application/xml, */*',
};

function get(call: string, path: string, answer: object, status?: number): RecordedRequest {
  return { call, method: 'GET', path, answer, ...(status !== undefined && { status }) };
}

function post(
  call: string,
  path: string,
  body: string,
  answer: object,
  status?: number,
): RecordedRequest {
  return { call, method: 'POST', path, body, answer, ...(status !== undefined && { status }) };
}

/** The client names a run twice, for servers before 1.0. */
const IDS = '"run_uuid":"RUN","run_id":"RUN"';
const QUERY_IDS = 'run_uuid=RUN&run_id=RUN';

/**
 * What MLflow's R client of 2.x and 3.x sends (`tracking-rest.R` turns every scalar into text by `as.character`; httr leaves
 * out what is NULL or an empty list). The texts were recorded from R 4.2.2 with httr 1.4.5 and jsonlite 1.8.4, which were
 * given the client's values in the client's calls. In this order.
 */
export const requests: readonly RecordedRequest[] = [
  post('mlflow_create_experiment', 'experiments/create', '{"name":"r größe"}', {
    experiment_id: 'EXPERIMENT',
  }),
  post(
    'mlflow_create_experiment with tags',
    'experiments/create',
    '{"name":"r tags","tags":[{"key":"kind","value":"x"}]}',
    {},
  ),
  post(
    'mlflow_create_experiment of a name that is taken',
    'experiments/create',
    '{"name":"r tags"}',
    { error_code: 'RESOURCE_ALREADY_EXISTS' },
    400,
  ),
  post(
    'mlflow_search_experiments by default',
    'experiments/search',
    '{"view_type":"ACTIVE_ONLY","max_results":"1000"}',
    { experiments: [{}, {}, {}] },
  ),
  post(
    'mlflow_search_experiments with 20000 results, which R writes as 2e+04',
    'experiments/search',
    '{"filter":"attribute.name LIKE \'r %\'","view_type":"ALL","max_results":"2e+04","order_by":["name ASC"]}',
    { experiments: [{ name: 'r größe' }, { name: 'r tags', tags: [{ key: 'kind', value: 'x' }] }] },
  ),
  post(
    'mlflow_set_experiment_tag',
    'experiments/set-experiment-tag',
    '{"experiment_id":"EXPERIMENT","key":"team","value":"vision"}',
    {},
  ),
  get('mlflow_get_experiment', 'experiments/get?experiment_id=EXPERIMENT', {
    experiment: { name: 'r größe', tags: [{ key: 'team', value: 'vision' }] },
  }),
  get('mlflow_set_experiment', 'experiments/get-by-name?experiment_name=r%20gr%C3%B6%C3%9Fe', {
    experiment: { experiment_id: 'EXPERIMENT' },
  }),
  get(
    'mlflow_set_experiment of a new name, which reads the code in the text',
    'experiments/get-by-name?experiment_name=r%20new%20%26%20co',
    { error_code: 'RESOURCE_DOES_NOT_EXIST' },
    404,
  ),
  get('mlflow_list_experiments of 1.x', 'experiments/list?view_type=ACTIVE_ONLY', {
    experiments: [{}, {}, {}],
  }),
  post(
    'mlflow_start_run at a round time, which R writes as 1.7e+12',
    'runs/create',
    '{"experiment_id":"EXPERIMENT","user_id":"ada","start_time":"1.7e+12","tags":[{"key":"mlflow.user","value":"ada"},{"key":"mlflow.source.name","value":"train.R"},{"key":"mlflow.source.type","value":"LOCAL"}]}',
    { run: { info: { run_uuid: 'RUN', run_id: 'RUN', start_time: 1_700_000_000_000 } } },
  ),
  get('mlflow_get_run', `runs/get?${QUERY_IDS}`, {
    run: { info: { run_id: 'RUN', user_id: 'ada', status: 'RUNNING' } },
  }),
  post(
    'mlflow_log_metric at step 100000, which R writes as 1e+05',
    'runs/log-metric',
    `{${IDS},"key":"loss","value":"0.3","timestamp":"1700000000123","step":"1e+05"}`,
    {},
  ),
  post(
    'mlflow_log_metric of NaN',
    'runs/log-metric',
    `{${IDS},"key":"nan","value":"NaN","timestamp":"1.7e+12","step":"0"}`,
    {},
  ),
  post(
    'mlflow_log_metric of a tiny number at a negative step',
    'runs/log-metric',
    `{${IDS},"key":"tiny","value":"1e-300","timestamp":"1.7e+12","step":"-3"}`,
    {},
  ),
  post('mlflow_log_param', 'runs/log-parameter', `{${IDS},"key":"lr","value":"TRUE"}`, {}),
  post(
    'mlflow_log_param with another value',
    'runs/log-parameter',
    `{${IDS},"key":"lr","value":"FALSE"}`,
    { error_code: 'INVALID_PARAMETER_VALUE' },
    400,
  ),
  post('mlflow_set_tag', 'runs/set-tag', `{${IDS},"key":"stage","value":""}`, {}),
  post('mlflow_delete_tag', 'runs/delete-tag', '{"run_id":"RUN","key":"stage"}', {}),
  post(
    'mlflow_log_batch of data frames',
    'runs/log-batch',
    '{"run_id":"RUN","metrics":[{"key":"a/b 1","value":"1.5","step":"0","timestamp":"1.7e+12"},{"key":"a/b 1","value":"NaN","step":"1e+05","timestamp":"1700000000001"}],"params":[{"key":"p","value":"1"}],"tags":[{"key":"t","value":"ü"}]}',
    {},
  ),
  post('mlflow_log_batch of nothing', 'runs/log-batch', '{"run_id":"RUN"}', {}),
  get('mlflow_get_metric_history', `metrics/get-history?${QUERY_IDS}&metric_key=a%2Fb%201`, {
    metrics: [
      { key: 'a/b 1', value: 1.5, step: 0, timestamp: 1_700_000_000_000 },
      { key: 'a/b 1', value: 'NaN', step: 100_000, timestamp: 1_700_000_000_001 },
    ],
  }),
  get(
    'mlflow_get_metric_history of 3.x',
    `metrics/get-history?${QUERY_IDS}&metric_key=loss&max_results=25000`,
    { metrics: [{ value: 0.3, step: 100_000 }] },
  ),
  post(
    'mlflow_search_runs by default',
    'runs/search',
    '{"experiment_ids":["EXPERIMENT"],"run_view_type":"ACTIVE_ONLY"}',
    { runs: [{ info: { run_id: 'RUN' } }] },
  ),
  post(
    'mlflow_search_runs',
    'runs/search',
    '{"experiment_ids":["EXPERIMENT","0"],"filter":"metrics.loss < 1","run_view_type":"ALL","order_by":["metrics.loss DESC"]}',
    { runs: [{ info: { run_id: 'RUN' } }] },
  ),
  get('mlflow_list_artifacts', `artifacts/list?${QUERY_IDS}`, { root_uri: 'ARTIFACTS' }),
  get('mlflow_list_artifacts of a folder', `artifacts/list?${QUERY_IDS}&path=sub%20dir`, {
    root_uri: 'ARTIFACTS',
  }),
  post(
    'mlflow_log_model',
    'runs/log-model',
    '{"run_id":"RUN","model_json":"{\\"artifact_path\\":\\"model\\",\\"flavors\\":{\\"crate\\":{\\"version\\":\\"0.1.0\\",\\"model\\":\\"crate.bin\\"}},\\"utc_time_created\\":\\"23-01-01T00:00:00.00\\",\\"run_id\\":\\"RUN\\"}"}',
    {},
  ),
  post('mlflow_end_run', 'runs/update', `{${IDS},"status":"FINISHED","end_time":"1700000000999"}`, {
    run_info: { run_uuid: 'RUN', status: 'FINISHED', end_time: 1_700_000_000_999 },
  }),
  post('mlflow_delete_run', 'runs/delete', '{"run_id":"RUN"}', {}),
  post('mlflow_restore_run', 'runs/restore', '{"run_id":"RUN"}', {}),
  post(
    'mlflow_rename_experiment',
    'experiments/update',
    '{"experiment_id":"EXPERIMENT","new_name":"r renamed"}',
    {},
  ),
  post('mlflow_delete_experiment', 'experiments/delete', '{"experiment_id":"EXPERIMENT"}', {}),
  post('mlflow_restore_experiment', 'experiments/restore', '{"experiment_id":"EXPERIMENT"}', {}),
  {
    call: 'mlflow_delete_registered_model, which has a body',
    method: 'DELETE',
    path: 'registered-models/delete',
    body: '{"name":"m"}',
    status: 404,
    answer: { error_code: 'ENDPOINT_NOT_FOUND' },
  },
];
