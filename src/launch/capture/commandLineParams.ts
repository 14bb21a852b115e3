import type { KeyValue } from '../../tracking/entities';
import { capturedParam } from './capturedParam';

const NUMBER = /^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const OPTION = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s;
/** Hydra's overrides: `lr=0.1`, `+lr=0.1`, `++lr=0.1`, `model/optimizer=adam`, `db@backup=mysql`. */
const OVERRIDE = /^\+{0,2}([A-Za-z_][\w./@-]*)=(.*)$/s;
const SHORT_WITH_NUMBER = /^-([A-Za-z])(\d[\w.]*)$/;

/** A word of a command line that sets something. */
export interface CommandLineOption {
  /** Without dashes, as it was typed. */
  readonly name: string;
  /** Absent for a switch. */
  readonly value?: string;
}

/**
 * Reads the words after the script: `--lr 1e-3`, `--lr=1e-3`, `-b 32`, `--layers 64 64`, switches, and Hydra's overrides.
 * What an option means is the script's affair; here a word that follows one is its value, and further numbers after a
 * number belong to it as well. Words that belong to no option are left out. The last of a repeated option counts.
 */
export function readOptions(args: readonly string[]): readonly CommandLineOption[] {
  const options = new Map<string, CommandLineOption>();
  const end = args.indexOf('--');
  const words = end < 0 ? args : args.slice(0, end);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const option = NUMBER.test(word) ? null : (SHORT_WITH_NUMBER.exec(word) ?? OPTION.exec(word));
    const override = option === null ? OVERRIDE.exec(word) : null;
    const [, name, given] = option ?? override ?? [];
    if (name === undefined) {
      continue;
    }
    if (given !== undefined) {
      options.set(name, { name, value: given });
      continue;
    }
    const values = valuesAfter(words, index);
    options.set(name, values.length === 0 ? { name } : { name, value: values.join(' ') });
    index += values.length;
  }
  return [...options.values()];
}

/** The options as params. Dashes in a name become `_`, as argparse, click and typer name them for the script. */
export function commandLineParams(args: readonly string[]): readonly KeyValue[] {
  return readOptions(args).flatMap(({ name, value }) => {
    const param = capturedParam(name.replaceAll('-', '_'), value ?? 'true');
    return param === undefined ? [] : [param];
  });
}

function valuesAfter(words: readonly string[], index: number): readonly string[] {
  const isValue = (word: string | undefined): word is string =>
    word !== undefined && (!word.startsWith('-') || word === '-' || NUMBER.test(word));
  const first = words[index + 1];
  if (!isValue(first) || OVERRIDE.test(first)) {
    return [];
  }
  let end = index + 2;
  while (NUMBER.test(first) && NUMBER.test(words[end] ?? '')) {
    end++;
  }
  return words.slice(index + 1, end);
}
