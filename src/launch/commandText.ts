const SECRET_OPTION = /^--?[\w-]*(password|passwd|token|secret|api[-_]?key|credential)[\w-]*(=|$)/i;

const HIDDEN = '***';

/** A command as text that a POSIX shell would take, with the values of options that name a secret replaced by `***`. */
export function commandText(command: string, args: readonly string[]): string {
  let hideNext = false;
  const shown = [command, ...args].map(arg => {
    if (hideNext && !arg.startsWith('-')) {
      hideNext = false;
      return HIDDEN;
    }
    const secret = SECRET_OPTION.exec(arg);
    hideNext = secret?.[2] === '';
    return secret?.[2] === '=' ? quote(secret[0]) + HIDDEN : quote(arg);
  });
  return shown.join(' ');
}

function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
