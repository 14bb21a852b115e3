import * as vscode from 'vscode';
import type { Credentials } from '../../http/credentials';
import type { Services } from '../../services';
import { mayNeedCredentials } from '../credentialStore';
import { TrackingError } from '../../tracking/trackingError';

/** Asks for the credentials of a tracking or database server and keeps them in SecretStorage. @returns false when dismissed */
export async function setCredentials(services: Services, uri: string): Promise<boolean> {
  if (!mayNeedCredentials(uri)) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'Only tracking servers (http or https) and database servers ask for credentials.',
      ),
    );
  }
  const { host } = new URL(uri);
  const credentials = await (/^http/i.test(uri) ? askCredentials(host) : askUser(titleFor(host)));
  if (!credentials) {
    return false;
  }
  await services.credentials.set(uri, credentials);
  return true;
}

export async function forgetCredentials(services: Services): Promise<void> {
  await services.credentials.forget(services.settings.trackingUri);
}

async function askCredentials(host: string): Promise<Credentials | undefined> {
  const title = titleFor(host);
  const kinds: (vscode.QuickPickItem & { kindOfSecret: Credentials['kind'] })[] = [
    { label: vscode.l10n.t('User name and password'), kindOfSecret: 'basic' },
    { label: vscode.l10n.t('Access token'), kindOfSecret: 'bearer' },
  ];
  const chosen = await vscode.window.showQuickPick(kinds, { title });
  if (!chosen) {
    return undefined;
  }
  if (chosen.kindOfSecret === 'bearer') {
    const token = await ask(title, vscode.l10n.t('Access token'), true);
    return token === undefined ? undefined : { kind: 'bearer', token };
  }
  return askUser(title);
}

function titleFor(host: string): string {
  return vscode.l10n.t('Credentials for {0}', host);
}

async function askUser(title: string): Promise<Credentials | undefined> {
  const username = await ask(title, vscode.l10n.t('User name'), false);
  const password =
    username === undefined ? undefined : await ask(title, vscode.l10n.t('Password'), true);
  return username === undefined || password === undefined
    ? undefined
    : { kind: 'basic', username, password };
}

async function ask(title: string, prompt: string, password: boolean): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({ title, prompt, password, ignoreFocusOut: true });
  return text === '' ? undefined : text;
}
