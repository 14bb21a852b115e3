/** What stands in for a secret in logs and messages. */
const HIDDEN = '***';

/** The URL or connection text without user, password and query values. Text that is no URL keeps its path. */
export function redactUrl(url: string): string {
  return (
    url
      // SQLAlchemy takes any character but `@` in the password of a database.
      .replace(/^((?:postgresql|mysql|mssql)[\w+.-]*:\/\/).*@/i, `$1${HIDDEN}@`)
      .replace(/^([a-z][\w+.-]*:\/\/)[^/?#]*@/i, `$1${HIDDEN}@`)
      .replace(/([?&][^=&#]*=)[^&#]*/g, `$1${HIDDEN}`)
  );
}

/** Free text, such as a log line, with every URL in it redacted by `redactUrl`. */
export function redactText(text: string): string {
  return text.replace(/[a-z][\w+.-]*:\/\/[^\s"'<>]+/gi, redactUrl);
}
