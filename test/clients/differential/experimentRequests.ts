import { get, post, type RequestCase, type Subjects } from './requestCase';

const LONG = 'x'.repeat(600);

export function experimentRequests({
  experiment,
  deletedExperiment,
}: Subjects): readonly RequestCase[] {
  return [
    post('experiment: create', 'experiments/create', { name: 'created' }),
    post('experiment: create with tags', 'experiments/create', {
      name: 'tagged',
      tags: [{ key: 'a', value: 'b' }],
    }),
    post('experiment: create with an unknown member', 'experiments/create', {
      name: 'unknown member',
      future: { deep: [1] },
    }),
    post('experiment: create again', 'experiments/create', { name: 'created' }),
    post('experiment: create as a deleted one', 'experiments/create', { name: 'deleted' }),
    post('experiment: create without name', 'experiments/create', {}),
    post('experiment: create with empty name', 'experiments/create', { name: '' }),
    post('experiment: create with null name', 'experiments/create', { name: null }),
    post('experiment: create with a number', 'experiments/create', { name: 5 }),
    post('experiment: create with a list', 'experiments/create', { name: ['a'] }),
    post('experiment: create with a long name', 'experiments/create', { name: LONG }),
    post('experiment: create with tags as object', 'experiments/create', {
      name: 'tags object',
      tags: { a: 'b' },
    }),
    post('experiment: create with a nameless tag', 'experiments/create', {
      name: 'nameless tag',
      tags: [{ value: 'b' }],
    }),
    post('experiment: create with a fragment', 'experiments/create', {
      name: 'fragment',
      artifact_location: 's3://bucket/path#fragment',
    }),
    post('experiment: create with dots in the query', 'experiments/create', {
      name: 'dots',
      artifact_location: 's3://bucket/path?a=../b',
    }),
    post('experiment: create with a runs location', 'experiments/create', {
      name: 'runs location',
      artifact_location: 'runs:/a/b',
    }),
    post('experiment: create with a bucket', 'experiments/create', {
      name: 'bucket',
      artifact_location: 's3://bucket/path',
    }),
    get('experiment: get', 'experiments/get', { experiment_id: experiment }),
    get('experiment: get a deleted one', 'experiments/get', { experiment_id: deletedExperiment }),
    get('experiment: get an unknown one', 'experiments/get', { experiment_id: '987654321' }),
    get('experiment: get a word', 'experiments/get', { experiment_id: 'word' }),
    get('experiment: get no id', 'experiments/get'),
    get('experiment: get an empty id', 'experiments/get', { experiment_id: '' }),
    get('experiment: get an odd id', 'experiments/get', { experiment_id: '../0' }),
    get('experiment: get through ajax', '/ajax-api/2.0/mlflow/experiments/get', {
      experiment_id: experiment,
    }),
    get('experiment: get by name', 'experiments/get-by-name', { experiment_name: 'created' }),
    get('experiment: get a deleted one by name', 'experiments/get-by-name', {
      experiment_name: 'deleted',
    }),
    get('experiment: get an unknown name', 'experiments/get-by-name', { experiment_name: 'no' }),
    get('experiment: get no name', 'experiments/get-by-name'),
    post('experiment: get by POST', 'experiments/get', { experiment_id: experiment }),
    post('experiment: search', 'experiments/search', {
      max_results: 2,
      order_by: ['name ASC'],
      filter: "name LIKE 'c%'",
    }),
    post('experiment: search with text for a number', 'experiments/search', {
      max_results: '1',
      filter: "name = 'created'",
    }),
    post('experiment: search deleted ones', 'experiments/search', {
      max_results: 10,
      view_type: 'DELETED_ONLY',
    }),
    post('experiment: search deleted ones by number', 'experiments/search', {
      max_results: 10,
      view_type: 2,
    }),
    post('experiment: search an unknown view', 'experiments/search', {
      max_results: 1,
      view_type: 'SOMETHING',
      filter: "name = 'created'",
    }),
    post('experiment: search a view of the wrong type', 'experiments/search', {
      max_results: 1,
      view_type: ['ALL'],
      filter: "name = 'created'",
    }),
    get('experiment: search by GET', 'experiments/search', {
      max_results: '5',
      filter: "name = 'created'",
    }),
    post('experiment: search without a limit', 'experiments/search', {}),
    post('experiment: search with limit 0', 'experiments/search', { max_results: 0 }),
    post('experiment: search with limit -1', 'experiments/search', { max_results: -1 }),
    post('experiment: search beyond the limit', 'experiments/search', { max_results: 50_001 }),
    post('experiment: search with a word for a limit', 'experiments/search', {
      max_results: 'many',
    }),
    post('experiment: search with half a limit', 'experiments/search', { max_results: 1.5 }),
    post('experiment: search with a bad token', 'experiments/search', {
      max_results: 1,
      page_token: 'garbage',
    }),
    post('experiment: search with a negative token', 'experiments/search', {
      max_results: 1,
      page_token: Buffer.from('{"offset": -1}').toString('base64'),
    }),
    post('experiment: search with a numeric token', 'experiments/search', {
      max_results: 1,
      page_token: 5,
    }),
    post('experiment: search with a bad filter', 'experiments/search', {
      max_results: 1,
      filter: 'nonsense',
    }),
    post('experiment: search with a numeric filter', 'experiments/search', {
      max_results: 1,
      filter: 5,
    }),
    post('experiment: search with a bad order', 'experiments/search', {
      max_results: 1,
      order_by: ['nonsense'],
    }),
    post('experiment: search with order as text', 'experiments/search', {
      max_results: 1,
      order_by: 'name ASC',
    }),
    post('experiment: tag', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'k',
      value: 'v',
    }),
    post('experiment: tag without id', 'experiments/set-experiment-tag', { key: 'k', value: 'v' }),
    post('experiment: tag without key', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      value: 'v',
    }),
    post('experiment: tag without value', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'no value',
    }),
    post('experiment: tag with empty value', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'empty',
      value: '',
    }),
    post('experiment: tag with a number', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'k',
      value: 5,
    }),
    post('experiment: tag with a long value', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'long',
      value: 'x'.repeat(6_000),
    }),
    post('experiment: tag with a long key', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: LONG,
      value: 'v',
    }),
    post('experiment: tag with a bad key', 'experiments/set-experiment-tag', {
      experiment_id: experiment,
      key: 'a//b',
      value: 'v',
    }),
    post('experiment: tag a deleted one', 'experiments/set-experiment-tag', {
      experiment_id: deletedExperiment,
      key: 'k',
      value: 'v',
    }),
    post('experiment: tag an unknown one', 'experiments/set-experiment-tag', {
      experiment_id: '987654321',
      key: 'k',
      value: 'v',
    }),
    post('experiment: delete tag', 'experiments/delete-experiment-tag', {
      experiment_id: experiment,
      key: 'k',
    }),
    post('experiment: delete tag again', 'experiments/delete-experiment-tag', {
      experiment_id: experiment,
      key: 'k',
    }),
    post('experiment: delete tag without key', 'experiments/delete-experiment-tag', {
      experiment_id: experiment,
    }),
    get('experiment: get with tags', 'experiments/get', { experiment_id: experiment }),
    post('experiment: rename without name', 'experiments/update', { experiment_id: experiment }),
    post('experiment: rename to nothing', 'experiments/update', {
      experiment_id: experiment,
      new_name: '',
    }),
    post('experiment: rename to another', 'experiments/update', {
      experiment_id: experiment,
      new_name: 'created',
    }),
    post('experiment: rename to its name', 'experiments/update', {
      experiment_id: experiment,
      new_name: 'subject',
    }),
    post('experiment: rename', 'experiments/update', {
      experiment_id: experiment,
      new_name: 'renamed',
    }),
    post('experiment: rename to a long name', 'experiments/update', {
      experiment_id: experiment,
      new_name: LONG,
    }),
    post('experiment: rename a deleted one', 'experiments/update', {
      experiment_id: deletedExperiment,
      new_name: 'renamed deleted',
    }),
    post('experiment: rename an unknown one', 'experiments/update', {
      experiment_id: '987654321',
      new_name: 'n',
    }),
    post('experiment: delete a deleted one', 'experiments/delete', {
      experiment_id: deletedExperiment,
    }),
    post('experiment: delete an unknown one', 'experiments/delete', {
      experiment_id: '987654321',
    }),
    post('experiment: delete nothing', 'experiments/delete', {}),
    post('experiment: restore an active one', 'experiments/restore', {
      experiment_id: experiment,
    }),
    post('experiment: restore an unknown one', 'experiments/restore', {
      experiment_id: '987654321',
    }),
    post('experiment: restore', 'experiments/restore', { experiment_id: deletedExperiment }),
    post('experiment: delete once more', 'experiments/delete', {
      experiment_id: deletedExperiment,
    }),
    get('experiment: list', 'experiments/list'),
  ];
}
