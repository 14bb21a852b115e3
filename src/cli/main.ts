import { EXIT_USAGE, sayFailure } from './sayFailure';
import { VERSION } from './version';
import { writeLine } from './writers';

const USAGE = `Usage: mlflow-tracker COMMAND [OPTION]...

  run      run a command as a tracked run
  server   serve a store as an MLflow tracking server
  repair   end runs that say RUNNING though nothing will end them

mlflow-tracker COMMAND --help tells more; --version prints the version.
`;

type Command = (argv: readonly string[]) => Promise<number>;

/** Each is loaded only when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run')).run,
  server: async () => (await import('./server')).server,
  repair: async () => (await import('./repair')).repair,
};

async function main([name, ...argv]: readonly string[]): Promise<number> {
  switch (name) {
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case '--version':
      writeLine(process.stdout, VERSION);
      return 0;
    case undefined:
      process.stderr.write(USAGE);
      return EXIT_USAGE;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    const known = Object.keys(COMMANDS).join(', ');
    writeLine(process.stderr, `mlflow-tracker has no command '${name}'; there are: ${known}.`);
    return EXIT_USAGE;
  }
  const command = await load();
  return command(argv);
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = sayFailure(error);
  },
);
