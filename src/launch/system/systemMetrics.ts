import { SYSTEM_PREFIX } from '../../base/systemMetric';
import type { GpuReading } from './gpuReadings';
import type { TreeReading } from './processTree';
import type { MachineReading } from './readings';

export interface SystemReading {
  /** ms on a clock that only goes forward. */
  readonly atMs: number;
  readonly machine: MachineReading;
  readonly tree?: TreeReading | undefined;
  readonly gpus?: readonly GpuReading[] | undefined;
}

const MEGABYTE = 1_000_000;

/**
 * MLflow's system metrics (mlflow.system_metrics) from two readings, and two of our own for the process tree of the script:
 * `system/process_cpu_utilization_percentage` (100 is one core) and `system/process_memory_usage_megabytes`.
 * @param first the reading at the start, from which network traffic counts
 */
export function systemMetrics(
  first: SystemReading,
  before: SystemReading,
  now: SystemReading,
): ReadonlyMap<string, number> {
  const { machine } = now;
  const cpuMs = machine.cpuTotalMs - before.machine.cpuTotalMs;
  const busyMs = machine.cpuBusyMs - before.machine.cpuBusyMs;
  const elapsedMs = now.atMs - before.atMs;
  // A tree that has lost a process has lost its time too.
  const treeMs =
    now.tree && before.tree ? Math.max(0, now.tree.cpuMs - before.tree.cpuMs) : undefined;
  const values: readonly (readonly [string, number | undefined])[] = [
    ['cpu_utilization_percentage', percentage(busyMs, cpuMs)],
    ['system_memory_usage_megabytes', machine.memoryUsedBytes / MEGABYTE],
    [
      'system_memory_usage_percentage',
      percentage(machine.memoryUsedBytes, machine.memoryTotalBytes),
    ],
    // As psutil: of what a person without special rights can use.
    [
      'disk_usage_percentage',
      percentage(machine.diskUsedBytes, machine.diskUsedBytes + machine.diskAvailableBytes),
    ],
    ['disk_usage_megabytes', machine.diskUsedBytes / MEGABYTE],
    ['disk_available_megabytes', machine.diskAvailableBytes / MEGABYTE],
    ['network_receive_megabytes', since(first.machine.receivedBytes, machine.receivedBytes)],
    ['network_transmit_megabytes', since(first.machine.transmittedBytes, machine.transmittedBytes)],
    ['process_cpu_utilization_percentage', treeMs && percentage(treeMs, elapsedMs)],
    ['process_memory_usage_megabytes', now.tree && now.tree.memoryBytes / MEGABYTE],
    ...(now.gpus ?? []).flatMap(gpuMetrics),
  ];
  return new Map(
    values.flatMap(([name, value]) =>
      value === undefined || !Number.isFinite(value)
        ? []
        : [[SYSTEM_PREFIX + name, Math.round(value * 1000) / 1000] as const],
    ),
  );
}

function gpuMetrics(gpu: GpuReading): readonly (readonly [string, number | undefined])[] {
  const prefix = `gpu_${gpu.index}_`;
  const { powerWatts, powerLimitWatts } = gpu;
  return [
    [`${prefix}utilization_percentage`, gpu.utilizationPercentage],
    [`${prefix}memory_usage_megabytes`, gpu.memoryUsedBytes / MEGABYTE],
    [`${prefix}memory_usage_percentage`, percentage(gpu.memoryUsedBytes, gpu.memoryTotalBytes)],
    [`${prefix}power_usage_watts`, powerWatts],
    [
      `${prefix}power_usage_percentage`,
      powerWatts !== undefined && powerLimitWatts !== undefined
        ? percentage(powerWatts, powerLimitWatts)
        : undefined,
    ],
  ];
}

function percentage(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : 0;
}

function since(start: number | undefined, now: number | undefined): number | undefined {
  return start === undefined || now === undefined ? undefined : (now - start) / MEGABYTE;
}
