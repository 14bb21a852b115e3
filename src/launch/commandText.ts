import { quoteWord } from '../base/quoteCommand';
import { HIDDEN, hideCredentials } from '../base/urlSecrets';
import { isSecretName } from './capture/secretNames';

const OPTION = /^--?([\w][\w.-]*)(=|$)/;
const ASSIGNMENT = /^\+{0,2}([\w./@-]+)(=)/;

/** The words of a command as text that a POSIX shell would take, with the values of options that name a secret replaced by `***`. */
export function commandText(words: readonly string[]): string {
  let hideNext = false;
  const shown = words.map(arg => {
    if (hideNext && !arg.startsWith('-')) {
      hideNext = false;
      return HIDDEN;
    }
    const [start = '', name = '', assigned] = OPTION.exec(arg) ?? ASSIGNMENT.exec(arg) ?? [];
    const isSecret = isSecretName(name);
    hideNext = isSecret && assigned === '';
    return isSecret && assigned === '='
      ? quoteWord(start) + HIDDEN
      : quoteWord(hideCredentials(arg));
  });
  return shown.join(' ');
}
