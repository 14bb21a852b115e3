import path from 'node:path';
import { userName } from '../launch/contextTags';
import { runGit } from '../launch/git/runGit';
import type { Texts } from './loggedValues';

const GIT_TIMEOUT_MS = 5_000;

/**
 * The tags that MLflow's Python client gives a new run (`mlflow.tracking.context`): who runs what, at which commit, and
 * what `MLFLOW_RUN_CONTEXT` adds.
 * @param script absolute path of the main module; absent in a console
 */
export async function runContext(
  script: string | undefined,
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<Texts> {
  const user = env['MLFLOW_TRACKING_USERNAME'] || userName(env);
  const commit = script === undefined ? undefined : await commitOf(script, env);
  return {
    ...(user !== undefined && { 'mlflow.user': user }),
    'mlflow.source.name': script === undefined ? '<console>' : shortPath(script, workingDir),
    'mlflow.source.type': 'LOCAL',
    ...(commit !== undefined && { 'mlflow.source.git.commit': commit }),
    ...extraContext(env['MLFLOW_RUN_CONTEXT']),
  };
}

/** Node makes the path absolute; MLflow records what a person typed, which is below the working directory as a rule. */
function shortPath(script: string, workingDir: string): string {
  const relative = path.relative(workingDir, script);
  const isBelow = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return isBelow ? relative : script;
}

/** HEAD of the repository of the script; none for a file that git ignores, as in MLflow. */
async function commitOf(script: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const options = { cwd: path.dirname(script), env, timeoutMs: GIT_TIMEOUT_MS };
  const [head, ignored] = await Promise.all([
    runGit(['rev-parse', '--verify', '--quiet', 'HEAD'], options),
    runGit(['check-ignore', '--quiet', '--', script], options),
  ]);
  return head.exitCode === 0 && ignored.exitCode !== 0 ? head.stdout.trim() : undefined;
}

function extraContext(json: string | undefined): Texts {
  if (!json) {
    return {};
  }
  try {
    const members = JSON.parse(json) as unknown;
    return typeof members === 'object' && members !== null && !Array.isArray(members)
      ? Object.fromEntries(Object.entries(members).map(([key, value]) => [key, String(value)]))
      : {};
  } catch {
    // What another program left there is no reason not to train.
    return {};
  }
}
