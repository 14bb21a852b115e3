import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Bytes; an untracked file above this is data or output rather than code. */
const MAX_FILE_BYTES = 128 * 1024;
const MAX_FILES = 200;
/** Bytes of all untracked files together. */
const MAX_TOTAL_BYTES = 2 * 1024 * 1024;

/** Names under which people keep secrets that they forgot to ignore. */
const SECRET_NAME =
  /(^|\/)(\.env(\.[^/]*)?|\.netrc|\.pypirc|\.npmrc|id_(rsa|dsa|ecdsa|ed25519)|[^/]*(secret|credential|password)[^/]*|[^/]*\.(pem|key|p12|pfx|keystore))$/i;
/** What MLflow itself and Python write beside a script. */
const WRITTEN_BY_TRACKING = /(^|\/)(mlruns|mlartifacts|__pycache__|\.ipynb_checkpoints)\//;

export interface UntrackedPatch {
  /** Files, as additions in git's patch format; empty when there are none. */
  readonly text: string;
  /** POSIX paths relative to the root of the files that are in `text`. */
  readonly paths: readonly string[];
  /** How many files were left out as too large, too many, binary or probably secret. */
  readonly omitted: number;
}

/** Writes small untracked text files as a patch that `git apply` takes, so that a run's code can be restored from its commit. */
export async function untrackedPatch(
  root: string,
  untracked: readonly string[],
): Promise<UntrackedPatch> {
  const candidates = untracked.filter(file => !WRITTEN_BY_TRACKING.test(file));
  const parts: string[] = [];
  const paths: string[] = [];
  let total = 0;
  for (const file of candidates) {
    if (parts.length === MAX_FILES || total >= MAX_TOTAL_BYTES) {
      break;
    }
    const found = SECRET_NAME.test(file) ? undefined : await readText(path.join(root, file));
    if (found !== undefined) {
      total += found.text.length;
      parts.push(additionOf(file, found.text, found.executable));
      paths.push(file);
    }
  }
  return { text: parts.join(''), paths, omitted: candidates.length - parts.length };
}

async function readText(file: string): Promise<{ text: string; executable: boolean } | undefined> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) {
      return undefined;
    }
    const bytes = await readFile(file);
    if (bytes.includes(0)) {
      return undefined;
    }
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, executable: (stats.mode & 0o100) !== 0 };
  } catch {
    // Gone meanwhile, unreadable or not UTF-8: not a text file that can be recorded.
    return undefined;
  }
}

function additionOf(file: string, text: string, executable: boolean): string {
  const oldName = quotePath(`a/${file}`);
  const newName = quotePath(`b/${file}`);
  const header = `diff --git ${oldName} ${newName}\nnew file mode ${executable ? '100755' : '100644'}\n`;
  if (text === '') {
    return header;
  }
  const endsWithNewline = text.endsWith('\n');
  const lines = (endsWithNewline ? text.slice(0, -1) : text).split('\n');
  // git ends a name that contains a space with a tab, so that `patch` does not take the rest for a time.
  const nameLine = newName.includes(' ') && !newName.startsWith('"') ? `${newName}\t` : newName;
  return (
    `${header}--- /dev/null\n+++ ${nameLine}\n@@ -0,0 +1${lines.length === 1 ? '' : `,${lines.length}`} @@\n` +
    lines.map(line => `+${line}\n`).join('') +
    (endsWithNewline ? '' : '\\ No newline at end of file\n')
  );
}

/** git quotes names with control characters, quotes and backslashes as C does. */
function quotePath(name: string): string {
  const escaped = Array.from(name, character => {
    if (character === '"' || character === '\\') {
      return `\\${character}`;
    }
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f ? `\\${code.toString(8).padStart(3, '0')}` : character;
  }).join('');
  return escaped === name ? name : `"${escaped}"`;
}
