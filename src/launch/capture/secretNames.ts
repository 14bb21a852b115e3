/** Anywhere in the name. */
const SECRET_PART =
  /passw(or)?d|passphrase|secret|credential|(api|access|private|account|auth|signing|encryption)_?key/;
/** Whole words; `tokens` counts words of a text, and `sort_key` names a column. */
const SECRET_WORD = /(^|_)(token|auth|authorization|bearer|jwt|pwd)(_|$)|^key$/;
/** Marks in the vocabulary of a language model. */
const VOCABULARY = /(^|_)(pad|eos|bos|unk|cls|sep|mask|stop|special|image)_token/;

/** Whether a name, such as `--api-key` or `db.password`, names something that must not be recorded. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return SECRET_PART.test(words) || (SECRET_WORD.test(words) && !VOCABULARY.test(words));
}
