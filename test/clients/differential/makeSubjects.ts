import { post, type RequestCase, type Subjects } from './requestCase';
import { sendCase } from './sendCase';

/** Makes what the cases speak of, by the same requests on every server. */
export async function makeSubjects(url: string): Promise<Subjects> {
  const ask = async (request: RequestCase): Promise<unknown> => {
    const { status, text } = await sendCase(url, request);
    if (status !== 200) {
      throw new Error(`${request.path} → ${status} ${text}`);
    }
    return JSON.parse(text);
  };
  const experiment = async (name: string): Promise<string> => {
    const answer = await ask(post(name, 'experiments/create', { name }));
    return (answer as { experiment_id: string }).experiment_id;
  };
  const subject = await experiment('subject');
  const deletedExperiment = await experiment('deleted');
  await ask(post('', 'experiments/delete', { experiment_id: deletedExperiment }));

  let startTime = 0;
  const run = async (name: string, experimentId = subject): Promise<string> => {
    const answer = await ask(
      post(name, 'runs/create', {
        experiment_id: experimentId,
        run_name: name,
        user_id: 'someone',
        start_time: (startTime += 10),
      }),
    );
    return (answer as { run: { info: { run_id: string } } }).run.info.run_id;
  };
  const main = await run('main');
  for (const [step, value] of [3, 2.5, 2.25, 2].entries()) {
    const point = { key: 'loss', value, timestamp: 100 + step, step };
    await ask(post('', 'runs/log-metric', { run_id: main, ...point }));
  }
  await ask(post('', 'runs/log-parameter', { run_id: main, key: 'lr', value: '0.1' }));
  const finishedRun = await run('finished');
  const spareRun = await run('spare');
  const scrapRun = await run('scrap', await experiment('scrap'));
  const deletedRun = await run('deleted');
  await ask(post('', 'runs/delete', { run_id: deletedRun }));

  const model = async (name: string): Promise<string> => {
    const answer = await ask(post(name, 'logged-models', { experiment_id: subject, name }));
    return (answer as { model: { info: { model_id: string } } }).model.info.model_id;
  };
  return {
    experiment: subject,
    deletedExperiment,
    run: main,
    finishedRun,
    spareRun,
    scrapRun,
    deletedRun,
    model: await model('main model'),
    spareModel: await model('spare model'),
    scrapModel: await model('scrap model'),
  };
}
