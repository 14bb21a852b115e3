import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a script says that it failed. */
export interface ErrorPlace {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; Python does not tell it. */
  readonly column?: number;
  /** One line: what the language calls the error, and its message. */
  readonly message: string;
}

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** Lines that are kept: one trace through a large library has some hundreds. */
const KEPT_LINES = 1_000;
/** Lines after the trace that ended a script: what its exit handlers print, and the rest of a long message. */
const MAX_AFTER = 100;
/** Lines between the trace of Node and what stands above it: a message may have several. */
const MAX_ABOVE = 20;
/** Characters. */
const MAX_MESSAGE = 500;

const PYTHON_FRAME = /^ {2}File "(.+)", line (\d+)(?:, in .*)?$/;
const PYTHON_HEAD = 'Traceback (most recent call last):';
const PYTHON_ERROR = /^[\p{L}_][\p{L}\p{N}_.]*(?:: .*)?$/u;
/** Printed without a head when it is found before the script starts. */
const PYTHON_SYNTAX_ERROR = /^(?:Syntax|Indentation|Tab)Error: /;
/** `    at name (file:line:column)`, `    at async file:line:column`; the last one may open the error's properties. */
const NODE_FRAME = /^ {4}at (?:.*? \()?(?:async )?(.+?):(\d+):(\d+)\)?(?: \{)?$/;
const NODE_ERROR = /^\S*(?:Error|Exception)\b/;
/** Above the line of code that Node shows; the only place of a SyntaxError. */
const NODE_HEAD = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)$/;
/** What a person has not written: packages, the standard libraries of Python and Node, code without a file. */
const FOREIGN =
  /[\\/](?:site-packages|dist-packages|node_modules)[\\/]|[\\/]lib[\\/]python\d|[\\/](?:python\d+|\w*conda\d*|envs[\\/][^\\/]+)[\\/]lib[\\/]|^<|^node:/i;

/**
 * Finds in what a script printed where it failed: the innermost place in the person's own code of the last trace that Python
 * or Node printed. R and shells tell no place.
 */
export class ErrorFinder {
  private lines: string[] = [];

  constructor(private readonly workingDir: string) {}

  /** @param line without its end and without colours */
  read(line: string): void {
    this.lines.push(line);
    if (this.lines.length >= 2 * KEPT_LINES) {
      this.lines = this.lines.slice(-KEPT_LINES);
    }
  }

  /** Of a script that has failed; undefined where it does not tell a place. */
  find(): ErrorPlace | undefined {
    const { lines } = this;
    const first = Math.max(0, lines.length - MAX_AFTER);
    for (let index = lines.length - 1; index >= first; index--) {
      const found = pythonError(lines, index) ?? nodeError(lines, index);
      if (found !== undefined) {
        const { frame, message } = found;
        const file = path.resolve(this.workingDir, frame.file);
        return { ...frame, file, message: message.slice(0, MAX_MESSAGE) };
      }
    }
    return undefined;
  }
}

interface Found {
  readonly frame: Frame;
  readonly message: string;
}

/** @param last of a trace's frames, which Python ends with the innermost; its lines of code and the error follow */
function pythonError(lines: readonly string[], last: number): Found | undefined {
  if (pythonFrame(lines[last]) === undefined) {
    return undefined;
  }
  const message = lines.slice(last + 1).find(line => !line.startsWith('  '));
  if (message === undefined || !PYTHON_ERROR.test(message)) {
    return undefined;
  }
  const block = blockUp(lines, last, line => line.startsWith('  '));
  // Stacks that are printed on the way are no errors; the head of a very long trace is not kept.
  const isHeadCut = block.length >= KEPT_LINES;
  const hasHead = isHeadCut || lines[last - block.length] === PYTHON_HEAD;
  if (!hasHead && !PYTHON_SYNTAX_ERROR.test(message)) {
    return undefined;
  }
  const frames = block.reverse().flatMap(line => pythonFrame(line) ?? []);
  const frame = frames.find(isOwn) ?? frames.find(isFile);
  return frame && { frame, message };
}

function pythonFrame(line = ''): Frame | undefined {
  const [, file, number] = PYTHON_FRAME.exec(line) ?? [];
  return file === undefined ? undefined : { file, line: Number(number) };
}

/** @param last of a trace's frames, which Node begins with the innermost; the error stands above them */
function nodeError(lines: readonly string[], last: number): Found | undefined {
  if (nodeFrame(lines[last]) === undefined) {
    return undefined;
  }
  const block = blockUp(lines, last, line => /^ {4}at /.test(line));
  const start = last + 1 - block.length;
  const above = lines.slice(Math.max(0, start - MAX_ABOVE), start);
  const message = above.findLast(line => NODE_ERROR.test(line)) ?? above.at(-1);
  const frames = block.flatMap(line => nodeFrame(line) ?? []);
  const frame = frames.find(isOwn) ?? nodeHead(above) ?? frames.find(isFile);
  return frame && message ? { frame, message } : undefined;
}

function nodeFrame(line = ''): Frame | undefined {
  const [, file, number, column] = NODE_FRAME.exec(line) ?? [];
  return file === undefined
    ? undefined
    : { file: pathOf(file), line: Number(number), column: Number(column) };
}

function nodeHead(above: readonly string[]): Frame | undefined {
  const [, file, number] = NODE_HEAD.exec(above.findLast(line => NODE_HEAD.test(line)) ?? '') ?? [];
  return file === undefined ? undefined : { file: pathOf(file), line: Number(number) };
}

function pathOf(file: string): string {
  return file.startsWith('file://') && URL.canParse(file) ? fileURLToPath(file) : file;
}

/** The lines of a block that ends at `last`, in their order. */
function blockUp(
  lines: readonly string[],
  last: number,
  belongs: (line: string) => boolean,
): string[] {
  const before = lines.slice(0, last + 1).findLastIndex(line => !belongs(line));
  return lines.slice(before + 1, last + 1);
}

function isOwn({ file }: Frame): boolean {
  return !FOREIGN.test(file);
}

/** An error that no line of the person's is part of still has a place. */
function isFile({ file }: Frame): boolean {
  return !/^(?:<|node:)/.test(file);
}
