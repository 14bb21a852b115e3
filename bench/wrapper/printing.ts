import path from 'node:path';
import { figure, shown, spreadOf } from '../measure';
import type { Workspace } from '../workspace';
import type { TerminalCommand, Timed } from './terminal';
import { wrapped, type StoreKind } from './wrapperCommands';

export interface PrintingOptions {
  readonly workspace: Workspace;
  /** See `scriptFolder`. */
  readonly folder: string;
  readonly store: StoreKind;
  readonly run: (command: TerminalCommand) => Promise<Timed>;
  readonly rounds: number;
  /** Lines of 100 bytes. */
  readonly lines: number;
}

/**
 * What it costs to keep what a script prints into a terminal: ours, and `script`, which writes the bytes to a file and nothing
 * else, as the least that it can cost.
 * @returns a Markdown table
 */
export async function printing(options: PrintingOptions): Promise<string> {
  const { workspace, folder, lines } = options;
  const megabytes = (lines * 100) / 1e6;
  const rows: string[] = [];
  for (const kind of ['text', 'metrics']) {
    const command = [workspace.python, 'printing.py', String(lines), kind];
    const subjects = [
      command,
      wrapped(workspace, options.store, command),
      ['script', '-q', '-e', '-c', command.join(' '), path.join(workspace.root, 'typescript')],
    ].map(words => ({ command: words, cwd: folder, env: {} }));
    const samples = subjects.map((): Timed[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, subject] of subjects.entries()) {
        samples[index]?.push(await options.run(subject));
      }
    }
    const [bare = [], ours = [], recorder = []] = samples;
    for (const unit of ['ms', 'cpuMs'] as const) {
      const cost = (those: readonly Timed[]) =>
        spreadOf(
          those.map((sample, round) => (sample[unit] - (bare[round]?.[unit] ?? NaN)) / megabytes),
        );
      const cells = [
        kind === 'text' ? 'lines without metrics' : 'two metrics in each line',
        `${unit === 'ms' ? 'time' : 'processor'}, ms/MB`,
        shown(spreadOf(bare.map(sample => sample[unit] / megabytes))),
        shown(cost(ours)),
        shown(cost(recorder)),
      ];
      rows.push(`| ${cells.join(' | ')} |`);
    }
  }
  return [
    `| ${figure(megabytes)} MB printed |  | bare script | \`mlflow-tracker run\` adds | \`script\` adds |`,
    `|${'---|'.repeat(5)}`,
    ...rows,
    '',
  ].join('\n');
}
