/** How a tracking server knows its caller. Never written to a log, an argument or a URL that people see. */
export type Credentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string };

export function authorizationHeader(credentials: Credentials | undefined): Record<string, string> {
  if (credentials === undefined) {
    return {};
  }
  if (credentials.kind === 'bearer') {
    return { authorization: `Bearer ${credentials.token}` };
  }
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8');
  return { authorization: `Basic ${pair.toString('base64')}` };
}

/** MLflow's variables; user and password win over a token, as in MLflow. */
export function credentialsFromEnvironment(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN } = env;
  if (MLFLOW_TRACKING_USERNAME && MLFLOW_TRACKING_PASSWORD) {
    return {
      kind: 'basic',
      username: MLFLOW_TRACKING_USERNAME,
      password: MLFLOW_TRACKING_PASSWORD,
    };
  }
  return MLFLOW_TRACKING_TOKEN ? { kind: 'bearer', token: MLFLOW_TRACKING_TOKEN } : undefined;
}

/** MLflow's variables for these credentials; null for those that must not be set beside them. */
export function credentialsToEnvironment(
  credentials: Credentials | undefined,
): Readonly<Record<string, string | null>> {
  if (credentials === undefined) {
    return {};
  }
  const isBasic = credentials.kind === 'basic';
  return {
    MLFLOW_TRACKING_USERNAME: isBasic ? credentials.username : null,
    MLFLOW_TRACKING_PASSWORD: isBasic ? credentials.password : null,
    MLFLOW_TRACKING_TOKEN: isBasic ? null : credentials.token,
  };
}

/**
 * Puts a user and password into a database URI that names none, for drivers that take them from nowhere else.
 * A URI that names its user, and any other credentials, change nothing.
 */
export function joinCredentials(url: string, credentials: Credentials | undefined): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (credentials?.kind !== 'basic' || !parsed?.host || parsed.username !== '') {
    return url;
  }
  parsed.username = encodeURIComponent(credentials.username);
  parsed.password = encodeURIComponent(credentials.password);
  return parsed.href;
}

/** Splits `http://user:password@host` so that the secret does not travel in a URL. */
export function splitCredentials(url: string): { url: string; credentials?: Credentials } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.username === '' && parsed.password === '')) {
    return { url };
  }
  const credentials: Credentials = {
    kind: 'basic',
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  };
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, credentials };
}
