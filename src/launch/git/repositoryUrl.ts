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

/**
 * Removes user, password and query from a URL. An SSH address keeps its user (`git@host`), which is part of the address
 * and no secret. `host:path` addresses and local paths are returned as they are.
 */
export function withoutCredentials(url: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url) || !URL.canParse(url)) {
    return url;
  }
  const parsed = new URL(url);
  parsed.password = '';
  if (!/ssh/i.test(parsed.protocol)) {
    parsed.username = '';
  }
  parsed.search = '';
  parsed.hash = '';
  return parsed.toString();
}
