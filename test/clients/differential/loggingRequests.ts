import { get, post, type RequestCase, type Subjects } from './requestCase';

export function loggingRequests(subjects: Subjects): readonly RequestCase[] {
  return [
    ...metricRequests(subjects),
    ...paramRequests(subjects),
    ...tagRequests(subjects),
    ...batchRequests(subjects),
    ...historyRequests(subjects),
  ];
}

const unknown = 'f'.repeat(32);

function metricRequests({ run, scrapRun, deletedRun }: Subjects): readonly RequestCase[] {
  const metric = (name: string, members: object | string) =>
    post(
      `metric: ${name}`,
      'runs/log-metric',
      typeof members === 'string' ? members : { run_id: run, ...members },
    );
  const scrap = (name: string, members: object) => metric(name, { run_id: scrapRun, ...members });
  const raw = (value: string, rest = '"timestamp": 1, "step": 2') =>
    `{"run_id": "${run}", "key": "raw", "value": ${value}, ${rest}}`;
  return [
    metric('log', { key: 'm', value: 0.5, timestamp: 1, step: 2 }),
    metric('without step', { key: 'no step', value: 1, timestamp: 1 }),
    metric('as text', { key: 'text', value: '0.25', timestamp: '5', step: '3' }),
    metric('as R', { key: 'r', value: '1e-05', timestamp: '1.7e+12', step: '1e+05' }),
    metric('NaN as text', { key: 'nan', value: 'NaN', timestamp: 1, step: 0 }),
    metric('Infinity as text', { key: 'inf', value: 'Infinity', timestamp: 1, step: 0 }),
    metric('-Infinity as text', { key: '-inf', value: '-Infinity', timestamp: 1, step: 0 }),
    metric('NaN token', raw('NaN')),
    metric('Infinity token', raw('Infinity')),
    metric('huge number', raw('1e999')),
    metric('negative step', { key: 'negative', value: 1, timestamp: 1, step: -5 }),
    metric('large step', raw('1', '"timestamp": 1, "step": 9223372036854775807')),
    metric(
      'step beyond int64',
      raw('1', '"timestamp": 1, "step": 9223372036854775808').replace(run, scrapRun),
    ),
    scrap('half a step', { key: 'm', value: 1, timestamp: 1, step: 1.5 }),
    metric('negative timestamp', { key: 'm', value: 1, timestamp: -1 }),
    scrap('half a timestamp', { key: 'm', value: 1, timestamp: 1.5 }),
    metric('a word for a timestamp', { key: 'm', value: 1, timestamp: 'now' }),
    metric('no timestamp', { key: 'm', value: 1 }),
    metric('no value', { key: 'm', timestamp: 1 }),
    metric('no key', { value: 1, timestamp: 1 }),
    metric('null value', { key: 'm', value: null, timestamp: 1 }),
    scrap('boolean value', { key: 'm', value: true, timestamp: 1 }),
    metric('a word for a value', { key: 'm', value: 'high', timestamp: 1 }),
    metric('empty value', { key: 'm', value: '', timestamp: 1 }),
    metric('list value', { key: 'm', value: [1], timestamp: 1 }),
    metric('numeric key', { key: 5, value: 1, timestamp: 1 }),
    metric('empty key', { key: '', value: 1, timestamp: 1 }),
    metric('bad key', { key: 'a//b', value: 1, timestamp: 1 }),
    metric('key with a hash', { key: 'a#b', value: 1, timestamp: 1 }),
    metric('key with a colon', { key: 'a:b', value: 1, timestamp: 1 }),
    metric('key upwards', { key: '../a', value: 1, timestamp: 1 }),
    metric('long key', { key: 'k'.repeat(251), value: 1, timestamp: 1 }),
    metric('unknown member', { key: 'm', value: 1, timestamp: 3, step: 9, colour: 'red' }),
    metric('camelCase', JSON.stringify({ runId: run, key: 'm', value: 1, timestamp: 1 })),
    metric('by alias', JSON.stringify({ run_uuid: run, key: 'alias', value: 1, timestamp: 1 })),
    metric('no run', JSON.stringify({ key: 'm', value: 1, timestamp: 1 })),
    metric('unknown run', { run_id: unknown, key: 'm', value: 1, timestamp: 1 }),
    metric('deleted run', { run_id: deletedRun, key: 'm', value: 1, timestamp: 1 }),
    metric('bad run id', { run_id: '../x', key: 'm', value: 1, timestamp: 1 }),
    metric('numeric run id', { run_id: 7, key: 'm', value: 1, timestamp: 1 }),
    get('metric: all of them', 'runs/get', { run_id: run }),
  ];
}

function paramRequests({ run, deletedRun }: Subjects): readonly RequestCase[] {
  const param = (name: string, members: object) =>
    post(`param: ${name}`, 'runs/log-parameter', { run_id: run, ...members });
  return [
    param('log', { key: 'p', value: 'v' }),
    param('same again', { key: 'p', value: 'v' }),
    param('other value', { key: 'p', value: 'w' }),
    param('empty value', { key: 'empty', value: '' }),
    param('no value', { key: 'none' }),
    param('null value', { key: 'null', value: null }),
    param('numeric value', { key: 'n', value: 5 }),
    param('boolean value', { key: 'n', value: true }),
    param('no key', { value: 'v' }),
    param('empty key', { key: '', value: 'v' }),
    param('bad key', { key: './a', value: 'v' }),
    param('key below a key', { key: 'p/q', value: 'v' }),
    param('key that is a dot', { key: '.', value: 'v' }),
    param('long value', { key: 'long', value: 'é'.repeat(6_100) }),
    param('long key', { key: 'k'.repeat(251), value: 'v' }),
    param('unicode', { key: 'clé 日本', value: '✓ 😀' }),
    param('unicode key that is no word', { key: '😀', value: 'v' }),
    param('deleted run', { run_id: deletedRun, key: 'p', value: 'v' }),
    param('unknown run', { run_id: unknown, key: 'p', value: 'v' }),
    param('no run', { run_id: undefined, key: 'p', value: 'v' }),
  ];
}

function tagRequests({ run, scrapRun, deletedRun }: Subjects): readonly RequestCase[] {
  const tag = (name: string, members: object) =>
    post(`tag: ${name}`, 'runs/set-tag', { run_id: run, ...members });
  const untag = (name: string, members: object) =>
    post(`delete tag: ${name}`, 'runs/delete-tag', { run_id: run, ...members });
  return [
    tag('set', { key: 't', value: 'v' }),
    tag('set again', { key: 't', value: 'w' }),
    tag('no value', { key: 'none' }),
    tag('numeric value', { key: 't', value: 1 }),
    tag('no key', { value: 'v' }),
    tag('bad key', { key: '/a', value: 'v' }),
    tag('long value', { run_id: scrapRun, key: 'long', value: 'x'.repeat(8_100) }),
    tag('run name', { key: 'mlflow.runName', value: 'named by tag' }),
    tag('empty run name', { key: 'mlflow.runName', value: '' }),
    tag('deleted run', { run_id: deletedRun, key: 't', value: 'v' }),
    tag('unknown run', { run_id: unknown, key: 't', value: 'v' }),
    untag('present', { key: 't' }),
    untag('again', { key: 't' }),
    untag('no key', {}),
    untag('bad key', { key: 'a//b' }),
    untag('unknown run', { run_id: unknown, key: 't' }),
    untag('deleted run', { run_id: deletedRun, key: 't' }),
    get('tag: run afterwards', 'runs/get', { run_id: run }),
  ];
}

function batchRequests({ run, scrapRun, deletedRun }: Subjects): readonly RequestCase[] {
  const batch = (name: string, members: object | string) =>
    post(
      `batch: ${name}`,
      'runs/log-batch',
      typeof members === 'string' ? members : { run_id: run, ...members },
    );
  const many = (count: number, of: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => of(index));
  return [
    batch('log', {
      metrics: [{ key: 'b', value: 1, timestamp: 1, step: 1 }],
      params: [{ key: 'b', value: 'v' }],
      tags: [{ key: 'b', value: 'v' }],
    }),
    batch('empty', {}),
    batch('as R', {
      metrics: [{ key: 'br', value: '1.5', timestamp: '5', step: '0' }],
    }),
    batch('NaN', { metrics: [{ key: 'bn', value: 'NaN', timestamp: 1, step: 0 }] }),
    batch('same parameter twice', {
      params: [
        { key: 'twice', value: 'v' },
        { key: 'twice', value: 'v' },
      ],
    }),
    batch('changed parameter', { params: [{ key: 'b', value: 'w' }] }),
    batch('same tag twice', {
      tags: [
        { key: 'tt', value: '1' },
        { key: 'tt', value: '2' },
      ],
    }),
    batch('same metric twice', {
      metrics: [
        { key: 'mm', value: 1, timestamp: 1, step: 0 },
        { key: 'mm', value: 1, timestamp: 1, step: 0 },
      ],
    }),
    batch('nothing stored when one is bad', {
      metrics: [{ key: 'never', value: 1, timestamp: 1, step: 0 }],
      params: [{ key: 'a//b', value: 'v' }],
    }),
    batch('metric without key', { metrics: [{ value: 1, timestamp: 1, step: 0 }] }),
    batch('metric without value', { metrics: [{ key: 'x', timestamp: 1, step: 0 }] }),
    batch('metric without timestamp', { metrics: [{ key: 'x', value: 1, step: 0 }] }),
    batch('metric without step', { metrics: [{ key: 'stepless', value: 1, timestamp: 1 }] }),
    batch('metric with a word', {
      run_id: scrapRun,
      metrics: [{ key: 'x', value: 'w', timestamp: 1, step: 0 }],
    }),
    batch('metric with a negative time', {
      metrics: [{ key: 'x', value: 1, timestamp: -5, step: 0 }],
    }),
    batch('numeric parameter', { run_id: scrapRun, params: [{ key: 'x', value: 5 }] }),
    batch('parameter without value', { params: [{ key: 'valueless' }] }),
    batch('tag without value', { tags: [{ key: 'valueless' }] }),
    batch('tag without key', { tags: [{ value: 'v' }] }),
    batch('metrics as object', { metrics: { key: 'x' } }),
    batch('metrics of numbers', { metrics: [1] }),
    batch('metrics of null', { metrics: [null] }),
    batch('1001 metrics', {
      metrics: many(1001, index => ({ key: 'x', value: 1, timestamp: index, step: 0 })),
    }),
    batch('101 parameters', { params: many(101, index => ({ key: `x${index}`, value: 'v' })) }),
    batch('101 tags', { tags: many(101, index => ({ key: `x${index}`, value: 'v' })) }),
    batch('1001 in all', {
      metrics: many(950, index => ({ key: 'x', value: 1, timestamp: index, step: 0 })),
      params: many(51, index => ({ key: `y${index}`, value: 'v' })),
    }),
    batch('deleted run', { run_id: deletedRun, tags: [{ key: 'b', value: 'v' }] }),
    batch('unknown run', { run_id: unknown, tags: [{ key: 'b', value: 'v' }] }),
    batch('no run', JSON.stringify({ tags: [{ key: 'b', value: 'v' }] })),
    batch('by alias', JSON.stringify({ run_uuid: scrapRun, tags: [{ key: 'b', value: 'v' }] })),
    get('batch: run afterwards', 'runs/get', { run_id: run }),
  ];
}

function historyRequests({ run }: Subjects): readonly RequestCase[] {
  const history = 'metrics/get-history';
  const bulk = '/ajax-api/2.0/mlflow/metrics/get-history-bulk';
  const interval = 'metrics/get-history-bulk-interval';
  return [
    get('history: first page', history, { run_id: run, metric_key: 'loss', max_results: '2' }),
    get('history: everything', history, { run_id: run, metric_key: 'loss', max_results: '100' }),
    get('history: without a limit', history, { run_id: run, metric_key: 'loss' }),
    get('history: second page', history, {
      run_id: run,
      metric_key: 'loss',
      max_results: '2',
      page_token: Buffer.from('{"offset": 2}').toString('base64'),
    }),
    get('history: unknown key', history, { run_id: run, metric_key: 'no', max_results: '5' }),
    get('history: unknown run', history, { run_id: unknown, metric_key: 'no', max_results: '5' }),
    get('history: no key', history, { run_id: run, max_results: '5' }),
    get('history: no run', history, { metric_key: 'loss', max_results: '5' }),
    get('history: by alias', history, { run_uuid: run, metric_key: 'loss', max_results: '9' }),
    get('history: bad token', history, {
      run_id: run,
      metric_key: 'loss',
      max_results: '5',
      page_token: 'garbage',
    }),
    get('history: negative limit', history, { run_id: run, metric_key: 'loss', max_results: '-1' }),
    get('history: a word for a limit', history, {
      run_id: run,
      metric_key: 'loss',
      max_results: 'x',
    }),
    get('bulk: two runs', bulk, `run_id=${run}&run_id=${unknown}&metric_key=loss`),
    get('bulk: limit', bulk, `run_id=${run}&metric_key=loss&max_results=2`),
    get('bulk: no runs', bulk, 'metric_key=loss'),
    get('bulk: no key', bulk, `run_id=${run}`),
    get('bulk: NaN', bulk, `run_id=${run}&metric_key=nan`),
    get('bulk: 101 runs', bulk, `${`run_id=${run}&`.repeat(101)}metric_key=loss`),
    get('bulk: a word for a limit', bulk, `run_id=${run}&metric_key=loss&max_results=x`),
    get('interval: all', interval, `run_ids=${run}&metric_key=loss`),
    get('interval: thinned', interval, `run_ids=${run}&metric_key=loss&max_results=2`),
    get('interval: range', interval, `run_ids=${run}&metric_key=loss&start_step=1&end_step=3`),
    get('interval: half a range', interval, `run_ids=${run}&metric_key=loss&start_step=1`),
    get(
      'interval: range upside down',
      interval,
      `run_ids=${run}&metric_key=loss&start_step=3&end_step=1`,
    ),
    get('interval: limit 0', interval, `run_ids=${run}&metric_key=loss&max_results=0`),
    get('interval: beyond the limit', interval, `run_ids=${run}&metric_key=loss&max_results=2501`),
    get(
      'interval: a word for a step',
      interval,
      `run_ids=${run}&metric_key=loss&start_step=a&end_step=b`,
    ),
    get('interval: no runs', interval, 'metric_key=loss'),
    get('interval: no key', interval, `run_ids=${run}`),
    get('interval: 101 runs', interval, `${`run_ids=${run}&`.repeat(101)}metric_key=loss`),
    get('interval: unknown run', interval, `run_ids=${unknown}&metric_key=loss`),
    get('interval: NaN', interval, `run_ids=${run}&metric_key=nan`),
    get(
      'interval: through ajax',
      '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval',
      `run_ids=${run}&metric_key=loss`,
    ),
  ];
}
