/** What stands in for a secret in logs, messages and records. */
export const HIDDEN = '***';

/** The URL or connection text without user, password and query values. Text that is no URL keeps its path. */
export function redactUrl(url: string): string {
  return hideQuery(
    url
      // SQLAlchemy takes any character but `@` in the password of a database.
      .replace(/^((?:postgresql|mysql|mssql)[\w+.-]*:\/\/).*@/i, `$1${HIDDEN}@`)
      .replace(/^([a-z][\w+.-]*:\/\/)[^/?#]*@/i, `$1${HIDDEN}@`),
  );
}

/** Free text, such as a log line, with every URL in it redacted by `redactUrl`. */
export function redactText(text: string): string {
  return text.replace(/[a-z][\w+.-]*:\/\/[^\s"'<>]+/gi, redactUrl);
}

/** The URI of a database with its user, who tells two databases apart, and without what is secret. */
export function hidePassword(uri: string): string {
  return hideQuery(uri.replace(/^([a-z+\w]+:\/\/[^:/?#]*):.*@/i, `$1:${HIDDEN}@`));
}

/** Free text, such as a param, with user and password of the URLs in it hidden; their queries are values like others. */
export function hideCredentials(text: string): string {
  return text.replace(/\b([a-z][\w+.-]*:\/\/)[^\s/@:]*:[^\s/]*@/gi, `$1${HIDDEN}@`);
}

/**
 * Removes user, password and query from a URL that others are to open. An SSH address keeps its user (`git@host`), which is
 * part of the address and no secret. `host:path` addresses and local paths are returned as they are.
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

function hideQuery(url: string): string {
  return url.replace(/([?&][^=&#]*=)[^&#]*/g, `$1${HIDDEN}`);
}
