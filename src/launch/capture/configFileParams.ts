import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { KeyValue } from '../../tracking/entities';
import { capturedParam } from './capturedParam';
import { readOptions } from './commandLineParams';
import { HIDDEN, hideCredentials } from '../../base/urlSecrets';
import { isSecretName } from './secretNames';

/** Bytes. A larger file is data, not configuration. */
const MAX_BYTES = 256 * 1024;
/** More values than a person sets. */
const MAX_PARAMS = 500;
const CONFIG_FILE = /\.(ya?ml|json|toml)$/i;
const CONFIG_OPTION =
  /(^|[-_.])(config|cfg|conf|hparams|params|hyper_?parameters|settings)([-_.]|$)|^c$/i;

export interface ConfigFile {
  /** As it stands in the command line. */
  readonly name: string;
  readonly params: readonly KeyValue[];
}

/**
 * Reads the configuration files that a command line names (`--config run.yaml`, `-c run.toml`, a bare `run.json`),
 * flattened: `optimizer.lr`; a list is one value, as JSON. A file that is none, or too large, is passed over.
 * @param args the words after the script
 */
export async function readConfigFiles(
  args: readonly string[],
  workingDir: string,
): Promise<readonly ConfigFile[]> {
  const files = await Promise.all(
    configFileNames(args).map(name => readConfigFile(name, workingDir)),
  );
  return files.filter(file => file !== undefined);
}

function configFileNames(args: readonly string[]): readonly string[] {
  const options = readOptions(args);
  const ofOptions = new Set(options.map(({ value }) => value));
  const named = options.filter(({ name }) => CONFIG_OPTION.test(name)).map(({ value }) => value);
  const bare = args.filter(
    arg => !arg.startsWith('-') && !ofOptions.has(arg) && !arg.includes('='),
  );
  const names = [...named, ...bare].filter(name => name !== undefined && CONFIG_FILE.test(name));
  return [...new Set(names)] as string[];
}

async function readConfigFile(name: string, workingDir: string): Promise<ConfigFile | undefined> {
  const file = path.resolve(workingDir, name);
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      return undefined;
    }
    const content = await parse(name, await readFile(file, 'utf8'));
    const params = [...leaves(content, '')];
    return params.length === 0 || params.length > MAX_PARAMS ? undefined : { name, params };
  } catch {
    // Missing, unreadable or not of its kind: the script will say so, if it cares.
    return undefined;
  }
}

/** The parsers are read only when there is something for them. */
async function parse(name: string, text: string): Promise<unknown> {
  switch (path.extname(name).toLowerCase()) {
    case '.json':
      return JSON.parse(text);
    case '.toml':
      return (await import('smol-toml')).parse(text);
    default:
      return (await import('js-yaml')).load(text);
  }
}

function* leaves(value: unknown, name: string): Generator<KeyValue> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isDate(value)) {
    for (const [key, member] of Object.entries(value)) {
      yield* leaves(member, name === '' ? key : `${name}.${key}`);
    }
    return;
  }
  const param = name === '' ? undefined : capturedParam(name, textOf(value));
  if (param !== undefined) {
    yield param;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return isDate(value) ? value.toISOString() : JSON.stringify(value, withoutSecrets);
}

/** Inside a list, whose members are not params of their own. */
function withoutSecrets(key: string, member: unknown): unknown {
  if (isSecretName(key)) {
    return HIDDEN;
  }
  return typeof member === 'string' ? hideCredentials(member) : member;
}

function isDate(value: unknown): value is Date {
  return value instanceof Date;
}
