import { get, post, send, type RequestCase, type Subjects } from './requestCase';

export function loggedModelRequests(subjects: Subjects): readonly RequestCase[] {
  return [...modelRequests(subjects), ...inputRequests(subjects)];
}

function modelRequests(subjects: Subjects): readonly RequestCase[] {
  const { experiment, run, scrapRun, model, spareModel, scrapModel } = subjects;
  const models = 'logged-models';
  const unknown = `m-${'f'.repeat(32)}`;
  return [
    post('model: create', models, {
      experiment_id: experiment,
      name: 'made',
      model_type: 'Agent',
      source_run_id: run,
      params: [{ key: 'p', value: 'v' }],
      tags: [{ key: 't', value: 'v' }],
    }),
    post('model: create without name', models, { experiment_id: experiment }),
    post('model: create with a bad name', models, { experiment_id: experiment, name: 'a/b' }),
    post('model: create with a numeric name', models, { experiment_id: experiment, name: 5 }),
    post('model: create nowhere', models, { name: 'n' }),
    post('model: create in an unknown experiment', models, { experiment_id: '987654321' }),
    post('model: create with params as object', models, {
      experiment_id: experiment,
      params: { a: 'b' },
    }),
    get('model: get', `${models}/${model}`),
    get('model: get an unknown one', `${models}/${unknown}`),
    get('model: get an odd id', `${models}/x`),
    post('model: log params', `${models}/${model}/params`, {
      model_id: model,
      params: [{ key: 'later', value: '1' }],
    }),
    post('model: log the same param', `${models}/${model}/params`, {
      model_id: model,
      params: [{ key: 'later', value: '1' }],
    }),
    post('model: log no params', `${models}/${model}/params`, { model_id: model }),
    post('model: log params to an unknown one', `${models}/${unknown}/params`, {
      model_id: unknown,
      params: [{ key: 'later', value: '1' }],
    }),
    send('PATCH', 'model: tag', `${models}/${model}/tags`, {
      model_id: model,
      tags: [{ key: 'a', value: 'b' }],
    }),
    send('PATCH', 'model: tag nothing', `${models}/${model}/tags`, { model_id: model }),
    send('PATCH', 'model: tag an unknown one', `${models}/${unknown}/tags`, {
      model_id: unknown,
      tags: [{ key: 'a', value: 'b' }],
    }),
    send('PATCH', 'model: tag without key', `${models}/${scrapModel}/tags`, {
      model_id: scrapModel,
      tags: [{ value: 'b' }],
    }),
    send('DELETE', 'model: delete tag', `${models}/${model}/tags/a`),
    send('DELETE', 'model: delete tag again', `${models}/${model}/tags/a`),
    send('PATCH', 'model: ready', `${models}/${model}`, {
      model_id: model,
      status: 'LOGGED_MODEL_READY',
    }),
    send('PATCH', 'model: ready by number', `${models}/${model}`, { model_id: model, status: 2 }),
    send('PATCH', 'model: failed', `${models}/${model}`, {
      model_id: model,
      status: 'LOGGED_MODEL_UPLOAD_FAILED',
    }),
    send('PATCH', 'model: id in the path only', `${models}/${scrapModel}`, {
      status: 'LOGGED_MODEL_READY',
    }),
    send('PATCH', 'model: no status', `${models}/${model}`, { model_id: model }),
    send('PATCH', 'model: unknown status', `${models}/${scrapModel}`, {
      model_id: scrapModel,
      status: 'BAKED',
    }),
    send('PATCH', 'model: finalize an unknown one', `${models}/${unknown}`, {
      model_id: unknown,
      status: 'LOGGED_MODEL_READY',
    }),
    post('model: metric of it', 'runs/log-metric', {
      run_id: run,
      key: 'of model',
      value: 1,
      timestamp: 1,
      step: 0,
      model_id: model,
    }),
    post('model: metric of an unknown one', 'runs/log-metric', {
      run_id: scrapRun,
      key: 'of model',
      value: 2,
      timestamp: 1,
      step: 0,
      model_id: unknown,
    }),
    get('model: get afterwards', `${models}/${model}`),
    post('model: search', `${models}/search`, {
      experiment_ids: [experiment],
      filter: "name = 'made'",
    }),
    post('model: search with order', `${models}/search`, {
      experiment_ids: [experiment],
      filter: "name = 'made'",
      order_by: [{ field_name: 'creation_timestamp', ascending: false }],
      max_results: 1,
    }),
    post('model: search with a bad order', `${models}/search`, {
      experiment_ids: [experiment],
      order_by: [{ field_name: 'nonsense' }],
    }),
    post('model: search with a nameless order', `${models}/search`, {
      experiment_ids: [experiment],
      order_by: [{ ascending: true }],
    }),
    post('model: search with a bad filter', `${models}/search`, {
      experiment_ids: [experiment],
      filter: 'nonsense',
    }),
    post('model: search with a bad token', `${models}/search`, {
      experiment_ids: [experiment],
      page_token: 'garbage',
    }),
    post('model: search nowhere', `${models}/search`, {}),
    post('model: search a numeric id', `${models}/search`, { experiment_ids: [1] }),
    get('model: list its artifacts', `${models}/${model}/artifacts/directories`),
    get('model: list artifacts of an unknown one', `${models}/${unknown}/artifacts/directories`),
    get('model: list artifacts upwards', `${models}/${model}/artifacts/directories`, {
      artifact_directory_path: '../..',
    }),
    get('model: a file', `/ajax-api/2.0/mlflow/${models}/${model}/artifacts/files`, {
      artifact_file_path: 'none.txt',
    }),
    get('model: no file', `/ajax-api/2.0/mlflow/${models}/${model}/artifacts/files`),
    send('DELETE', 'model: delete', `${models}/${spareModel}`),
    send('DELETE', 'model: delete again', `${models}/${spareModel}`),
    get('model: get a deleted one', `${models}/${spareModel}`),
    get('model: get a deleted one with leave', `${models}/${spareModel}`, {
      allow_deleted: 'true',
    }),
    send('DELETE', 'model: delete an unknown one', `${models}/${unknown}`),
  ];
}

function inputRequests(subjects: Subjects): readonly RequestCase[] {
  const { run, scrapRun, experiment, model, spareModel, deletedRun } = subjects;
  const dataset = { name: 'd', digest: '1', source_type: 'local', source: 's' };
  const input = (name: string, members: object) =>
    post(`inputs: ${name}`, 'runs/log-inputs', { run_id: run, ...members });
  const output = (name: string, members: object) =>
    post(`outputs: ${name}`, 'runs/outputs', { run_id: run, ...members });
  const historyEntry = {
    artifact_path: 'model',
    flavors: { python_function: {} },
    utc_time_created: '2024-01-01 00:00:00',
    run_id: run,
  };
  return [
    input('a dataset', {
      datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'train' }] }],
    }),
    input('the same again', { datasets: [{ dataset }] }),
    input('a model', { models: [{ model_id: model }] }),
    input('nothing', {}),
    input('without dataset', { run_id: scrapRun, datasets: [{ tags: [] }] }),
    input('without digest', {
      run_id: scrapRun,
      datasets: [{ dataset: { ...dataset, digest: undefined } }],
    }),
    input('numeric name', { run_id: scrapRun, datasets: [{ dataset: { ...dataset, name: 5 } }] }),
    input('long name', {
      run_id: scrapRun,
      datasets: [{ dataset: { ...dataset, name: 'n'.repeat(501) } }],
    }),
    input('long digest', {
      run_id: scrapRun,
      datasets: [{ dataset: { ...dataset, digest: 'n'.repeat(40) } }],
    }),
    input('tag without value', { datasets: [{ dataset, tags: [{ key: 'a' }] }] }),
    input('as text', { datasets: 'd' }),
    input('deleted run', { run_id: deletedRun, datasets: [{ dataset }] }),
    input('unknown run', { run_id: 'f'.repeat(32), datasets: [{ dataset }] }),
    input('no run', { run_id: undefined, datasets: [{ dataset }] }),
    output('a model', { models: [{ model_id: model, step: 0 }] }),
    output('the same again', { models: [{ model_id: model, step: 0 }] }),
    output('a step as text', { models: [{ model_id: spareModel, step: '1' }] }),
    output('without step', { run_id: scrapRun, models: [{ model_id: model }] }),
    output('without model', { run_id: scrapRun, models: [{ step: 1 }] }),
    output('nothing', {}),
    output('unknown run', { run_id: 'f'.repeat(32), models: [{ model_id: model, step: 0 }] }),
    output('no run', { run_id: undefined, models: [{ model_id: model, step: 0 }] }),
    get('inputs: run afterwards', 'runs/get', { run_id: run }),
    post('log-model: an entry', 'runs/log-model', {
      run_id: run,
      model_json: JSON.stringify(historyEntry),
    }),
    post('log-model: without flavors', 'runs/log-model', {
      run_id: run,
      model_json: JSON.stringify({ ...historyEntry, flavors: undefined }),
    }),
    post('log-model: no JSON', 'runs/log-model', { run_id: run, model_json: 'no' }),
    post('log-model: an object', 'runs/log-model', { run_id: run, model_json: historyEntry }),
    post('log-model: nothing', 'runs/log-model', { run_id: run }),
    post('log-model: no run', 'runs/log-model', { model_json: JSON.stringify(historyEntry) }),
    post('datasets: search', '/ajax-api/2.0/mlflow/experiments/search-datasets', {
      experiment_ids: [experiment],
    }),
    post('datasets: search nowhere', '/ajax-api/2.0/mlflow/experiments/search-datasets', {
      experiment_ids: [],
    }),
    post('datasets: search without ids', '/ajax-api/2.0/mlflow/experiments/search-datasets', {}),
    post('datasets: search 21 experiments', '/ajax-api/2.0/mlflow/experiments/search-datasets', {
      experiment_ids: Array.from({ length: 21 }, () => experiment),
    }),
  ];
}
