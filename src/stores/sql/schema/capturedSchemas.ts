import r97727af70f4d from './97727af70f4d.json';
import r3500859a5d39 from './3500859a5d39.json';
import r7f2a7d5fae7d from './7f2a7d5fae7d.json';
import racf3f17fdcc7 from './acf3f17fdcc7.json';
import r867495a8f9d4 from './867495a8f9d4.json';
import r5b0e9adcef9c from './5b0e9adcef9c.json';
import r4465047574b1 from './4465047574b1.json';
import rf5a4f2784254 from './f5a4f2784254.json';
import r0584bdc529eb from './0584bdc529eb.json';
import r6953534de441 from './6953534de441.json';
import rbda7b8c39065 from './bda7b8c39065.json';
import r770bee3ae1dd from './770bee3ae1dd.json';
import r1a0cddfcaa16 from './1a0cddfcaa16.json';
import r71994744cf8e from './71994744cf8e.json';
import rbf29a5ff90ea from './bf29a5ff90ea.json';
import r1bd49d398cd23 from './1bd49d398cd23.json';
import rd3e4f5a6b7c8 from './d3e4f5a6b7c8.json';
import r1b5f0d9ad7c1 from './1b5f0d9ad7c1.json';
import rc3d6457b6d8a from './c3d6457b6d8a.json';
import r7d34483879f0 from './7d34483879f0.json';
import rda6fb0208061 from './da6fb0208061.json';
import rb7e4c1a90f23 from './b7e4c1a90f23.json';
import r6f8d9c3b2a1e from './6f8d9c3b2a1e.json';
import rb7e2c1a4d9f3 from './b7e2c1a4d9f3.json';
import rdc11669786a5 from './dc11669786a5.json';
import rf4a9b2c7d1e6 from './f4a9b2c7d1e6.json';
import { compareParts, USUAL_MLFLOW, versionParts } from './mlflowVersion';

/**
 * What one MLflow release makes in an empty SQLite database, as differences from the schema before it in `SCHEMAS`.
 * Written by `scripts/captureSchemas.py`; keys are `table NAME` and `index NAME`, statements are lists of lines.
 */
export interface CapturedSchema {
  readonly revision: string;
  /** The first MLflow release that makes it. */
  readonly mlflow: string;
  readonly drop: readonly string[];
  readonly create: Readonly<Record<string, readonly string[]>>;
  /** Rows that MLflow puts in, by table. */
  readonly seeds: Readonly<Record<string, readonly Readonly<Record<string, string | null>>[]>>;
}

/** In order of release. */
export const SCHEMAS: readonly [CapturedSchema, ...CapturedSchema[]] = [
  r97727af70f4d,
  r3500859a5d39,
  r7f2a7d5fae7d,
  racf3f17fdcc7,
  r867495a8f9d4,
  r5b0e9adcef9c,
  r4465047574b1,
  rf5a4f2784254,
  r0584bdc529eb,
  r6953534de441,
  rbda7b8c39065,
  r770bee3ae1dd,
  r1a0cddfcaa16,
  r71994744cf8e,
  rbf29a5ff90ea,
  r1bd49d398cd23,
  rd3e4f5a6b7c8,
  r1b5f0d9ad7c1,
  rc3d6457b6d8a,
  r7d34483879f0,
  rda6fb0208061,
  rb7e4c1a90f23,
  r6f8d9c3b2a1e,
  rb7e2c1a4d9f3,
  rdc11669786a5,
  rf4a9b2c7d1e6,
];

/**
 * The schema that an MLflow release expects. Releases newer than known get the newest schema, which they upgrade or accept.
 * @param mlflowVersion such as `2.22.5` or `3.1.0rc0`; `USUAL_MLFLOW` when absent or not a version.
 */
export function schemaForMlflow(mlflowVersion: string | undefined): CapturedSchema {
  const asked = versionParts(mlflowVersion) ?? versionParts(USUAL_MLFLOW);
  const fitting = SCHEMAS.filter(
    ({ mlflow }) => asked && compareParts(versionParts(mlflow), asked) <= 0,
  );
  return fitting.at(-1) ?? SCHEMAS[0];
}

/** Every statement that makes the schema, tables before their indexes. */
export function statementsOf(schema: CapturedSchema): readonly string[] {
  const objects = new Map<string, string>();
  for (const step of SCHEMAS.slice(0, SCHEMAS.indexOf(schema) + 1)) {
    for (const name of step.drop) {
      objects.delete(name);
    }
    for (const [name, lines] of Object.entries(step.create)) {
      objects.set(name, lines.join('\n'));
    }
  }
  const isTable = (name: string): boolean => name.startsWith('table ');
  const names = [...objects.keys()];
  return [...names.filter(isTable), ...names.filter(name => !isTable(name))].flatMap(
    name => objects.get(name) ?? [],
  );
}
