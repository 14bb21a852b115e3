import { withoutCredentials } from '../../base/urlSecrets';

/**
 * Picks the remote that a person means (`origin`, else the first) out of `git config --get-regexp ^remote\..*\.url$ -z`
 * and removes what could be a secret from its URL.
 */
export function repositoryUrl(configOutput: string): string | undefined {
  const remotes = configOutput.split('\0').flatMap(entry => {
    const end = entry.indexOf('\n');
    return end < 0 ? [] : [{ key: entry.slice(0, end), url: entry.slice(end + 1) }];
  });
  const chosen = remotes.find(remote => remote.key === 'remote.origin.url') ?? remotes[0];
  return chosen && withoutCredentials(chosen.url);
}
