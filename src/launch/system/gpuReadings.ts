import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findExecutable } from '../process/findExecutable';

export interface GpuReading {
  readonly index: number;
  readonly name: string;
  readonly utilizationPercentage: number;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  /** Absent where the card does not tell. */
  readonly powerWatts?: number;
  readonly powerLimitWatts?: number;
}

const QUERY = 'index,name,utilization.gpu,memory.used,memory.total,power.draw,power.limit';
const MEBIBYTE = 1024 * 1024;
/** ms. */
const PATIENCE_MS = 5_000;

/** Asks `nvidia-smi`. @returns undefined when there is none, or it does not work: it need not be asked again */
export async function readGpus(env: NodeJS.ProcessEnv): Promise<readonly GpuReading[] | undefined> {
  try {
    // To look for it costs less than a process that does not find it.
    const program = await findExecutable('nvidia-smi', process.cwd(), env);
    const { stdout } = await promisify(execFile)(
      program,
      [`--query-gpu=${QUERY}`, '--format=csv,noheader,nounits'],
      { env, timeout: PATIENCE_MS, windowsHide: true },
    );
    return parseGpus(stdout);
  } catch {
    return undefined;
  }
}

/** @param csv the output of `nvidia-smi` */
export function parseGpus(csv: string): readonly GpuReading[] {
  return csv
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const fields = line.split(',').map(field => field.trim());
      const number = (field: number): number => Number(fields[field]);
      const [power, limit] = [number(5), number(6)];
      return {
        index: number(0),
        name: fields[1] ?? '',
        utilizationPercentage: number(2),
        memoryUsedBytes: number(3) * MEBIBYTE,
        memoryTotalBytes: number(4) * MEBIBYTE,
        ...(Number.isFinite(power) ? { powerWatts: power } : {}),
        ...(Number.isFinite(limit) ? { powerLimitWatts: limit } : {}),
      };
    });
}
