import { isOlderThan, USUAL_MLFLOW } from '../mlflowVersion';

/** What one MLflow release makes in an empty database of a server. Written by `scripts/captureServerSchemas.py`. */
export interface ServerSchema {
  readonly revision: string;
  readonly statements: readonly string[];
  /** Rows that MLflow puts in, by table. */
  readonly seeds: Readonly<Record<string, readonly Readonly<Record<string, string | null>>[]>>;
}

interface CapturedFile {
  readonly default: {
    readonly revision: string;
    readonly statements: readonly (readonly string[])[];
    readonly seeds: Record<string, Record<string, string | null>[]>;
  };
}

interface Captured {
  /** The first MLflow release that makes it. */
  readonly mlflow: string;
  readonly read: Readonly<Record<'postgresql' | 'mariadb', () => Promise<CapturedFile>>>;
}

/** In order of release. A release between two opens the older one's, which it upgrades. */
const SCHEMAS: readonly Captured[] = [
  {
    mlflow: '2.18.0',
    read: {
      postgresql: () => import('./postgresql-0584bdc529eb.json'),
      mariadb: () => import('./mariadb-0584bdc529eb.json'),
    },
  },
  {
    mlflow: '3.17.0',
    read: {
      postgresql: () => import('./postgresql-dc11669786a5.json'),
      mariadb: () => import('./mariadb-dc11669786a5.json'),
    },
  },
  {
    mlflow: '3.18.0',
    read: {
      postgresql: () => import('./postgresql-f4a9b2c7d1e6.json'),
      mariadb: () => import('./mariadb-f4a9b2c7d1e6.json'),
    },
  },
];

/**
 * The newest schema that an MLflow release can open; `undefined` for a release that is older than all.
 * @param mlflowVersion such as `2.22.5`.
 */
export async function serverSchemaFor(
  family: 'postgresql' | 'mariadb',
  mlflowVersion = USUAL_MLFLOW,
): Promise<ServerSchema | undefined> {
  const captured = SCHEMAS.filter(({ mlflow }) => !isOlderThan(mlflowVersion, mlflow)).at(-1);
  if (!captured) {
    return undefined;
  }
  const { revision, statements, seeds } = (await captured.read[family]()).default;
  return { revision, statements: statements.map(lines => lines.join('\n')), seeds };
}
