import type { KeyValue } from '../../tracking/entities';
import { LIMITS } from '../../tracking/validation';
import { HIDDEN, hideCredentials } from '../../base/urlSecrets';
import { isSecretName } from './secretNames';

/**
 * A param as MLflow takes it, from a name and a value that were not made for it: characters that a key cannot have become
 * `_`, and what is secret is hidden.
 * @returns undefined when nothing is left of the name
 */
export function capturedParam(name: string, value: string): KeyValue | undefined {
  const key = name
    .replace(/[^/\p{L}\p{N}_.\- ]/gu, '_')
    .split('/')
    .filter(part => part !== '' && part !== '.' && part !== '..')
    .join('/')
    .slice(0, LIMITS.key);
  if (key === '' || key.startsWith('..')) {
    return undefined;
  }
  return { key, value: isSecretName(name) ? HIDDEN : hideCredentials(value) };
}
