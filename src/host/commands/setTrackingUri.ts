import * as vscode from 'vscode';
import { splitCredentials } from '../../http/credentials';
import { redactUrl } from '../../base/urlSecrets';
import type { Services } from '../../services';
import { findStores, type FoundStore } from '../store/findStores';
import { openTarget } from '../store/storeConnection';
import { explainFailure, type StoreFailure } from '../store/storeFailure';
import { isCancellation } from '../notifier';
import { setCredentials } from './credentialCommands';

const RECENT_KEY = 'tracker.recentUris';
const MAX_RECENT = 10;

interface UriItem extends vscode.QuickPickItem {
  readonly action:
    { readonly uri: string } | 'browseFolder' | 'browseFile' | 'credentials' | 'none';
}

/**
 * Asks which store to use: one that lies in the folder, a recent one, or anything typed. The store is opened before it is
 * taken; what is wrong with it is said in the list itself.
 */
export async function setTrackingUri(services: Services): Promise<void> {
  const found = await findStores(services.workingDir, process.env);
  const picker = new UriPicker(services, found);
  const uri = await picker.choose();
  if (uri !== undefined) {
    await rememberUri(services, uri);
    await services.settings.setTrackingUri(uri);
  }
}

function recentUris({ globalState }: Services): readonly string[] {
  const value: unknown = globalState.get(RECENT_KEY);
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}

async function rememberUri(services: Services, uri: string): Promise<void> {
  // A relative path means another store in another folder: only what is absolute is worth offering there.
  if (/^\w+:\/\/\S+/.test(uri) && !/^sqlite:\/\/\/[^/]/.test(uri)) {
    const others = recentUris(services).filter(one => one !== uri);
    await services.globalState.update(RECENT_KEY, [uri, ...others].slice(0, MAX_RECENT));
  }
}

class UriPicker {
  private readonly pick = vscode.window.createQuickPick<UriItem>();
  private failure: (StoreFailure & { readonly uri: string }) | undefined;
  private test: AbortController | undefined;
  /** The list is put aside for another dialog, not dismissed. */
  private aside = false;

  constructor(
    private readonly services: Services,
    private readonly found: readonly FoundStore[],
  ) {
    this.pick.title = vscode.l10n.t('Set tracking URI');
    this.pick.placeholder = vscode.l10n.t(
      'A folder, sqlite:///file.db, postgresql://host/db, http://host:port, or empty for the default store',
    );
    this.pick.matchOnDescription = true;
    this.pick.ignoreFocusOut = true;
  }

  /** Resolves with a URI that was opened successfully, or undefined when dismissed. */
  choose(): Promise<string | undefined> {
    return new Promise(resolve => {
      const { pick } = this;
      pick.onDidChangeValue(() => {
        this.failure = undefined;
        this.showItems();
      });
      pick.onDidAccept(() => {
        // Enter may be faster than the list: then what was typed counts, not the row that was first before.
        const [active] = pick.activeItems;
        const item = active && pick.items.includes(active) ? active : pick.items[0];
        void this.services.notifier.guard(async () => {
          const uri = item && (await this.accept(item));
          if (uri !== undefined) {
            resolve(uri);
            pick.hide();
          }
        });
      });
      pick.onDidHide(() => {
        if (!this.aside) {
          this.test?.abort();
          resolve(undefined);
          pick.dispose();
        }
      });
      this.showItems();
      pick.show();
    });
  }

  private async accept({ action }: UriItem): Promise<string | undefined> {
    if (action === 'none') {
      return undefined;
    }
    if (action === 'credentials') {
      const uri = this.failure?.uri ?? '';
      const given = await this.whileAside(() => setCredentials(this.services, uri));
      return given ? this.tryUri(uri) : undefined;
    }
    if (action === 'browseFolder' || action === 'browseFile') {
      const chosen = await this.whileAside(() => browse(action));
      return chosen === undefined ? undefined : this.tryUri(chosen);
    }
    return this.tryUri(action.uri);
  }

  private async tryUri(entered: string): Promise<string | undefined> {
    const { services, pick } = this;
    const { url: uri, credentials } = splitCredentials(entered);
    if (credentials) {
      await services.credentials.set(uri, credentials);
    }
    this.test?.abort();
    const test = new AbortController();
    this.test = test;
    pick.busy = true;
    pick.enabled = false;
    try {
      const opened = await openTarget(
        { trackingUri: uri, workingDir: services.workingDir ?? services.extensionUri.fsPath },
        {
          credentials: one => services.credentials.get(one),
          cliPath: services.cliPath,
          logger: services.logger,
        },
        test.signal,
      );
      opened.dispose();
      if (!opened.status.writable) {
        void services.notifier.warn(
          opened.status.readOnlyReason ?? vscode.l10n.t('This store can only be read.'),
        );
      }
      return uri;
    } catch (error) {
      if (!isCancellation(error)) {
        this.failure = { ...explainFailure(error), uri };
        services.logger.warn(`${redactUrl(uri)} cannot be opened: ${this.failure.message}`);
      }
      return undefined;
    } finally {
      pick.busy = false;
      pick.enabled = true;
      this.showItems();
    }
  }

  private async whileAside<T>(work: () => Promise<T>): Promise<T> {
    this.aside = true;
    try {
      return await work();
    } finally {
      this.aside = false;
      this.pick.show();
    }
  }

  private showItems(): void {
    const problems = this.failureItems();
    const offers = this.uriItems();
    this.pick.items = [...problems, ...offers];
    // The cause is for reading; what to do next is what Enter does.
    const next = problems.length > 1 ? problems.at(-1) : offers[0];
    this.pick.activeItems = next ? [next] : [];
  }

  private failureItems(): readonly UriItem[] {
    const { failure } = this;
    if (!failure) {
      return [];
    }
    const cause: UriItem = {
      label: `$(error) ${vscode.l10n.t('Cannot open {0}', redactUrl(failure.uri) || vscode.l10n.t('the default store'))}`,
      detail: failure.message,
      alwaysShow: true,
      action: 'none',
    };
    const enter: UriItem = {
      label: `$(key) ${vscode.l10n.t('Enter credentials…')}`,
      alwaysShow: true,
      action: 'credentials',
    };
    return failure.kind === 'unauthenticated' ? [cause, enter] : [cause];
  }

  private uriItems(): readonly UriItem[] {
    const typed = normalise(this.pick.value);
    const present = this.services.settings.trackingUri;
    const mark = (uri: string) => (uri === present ? vscode.l10n.t('in use') : '');
    const offered = this.found.map(({ uri, origin }) => ({
      label: `$(database) ${redactUrl(uri)}`,
      description: [originText(origin), mark(uri)].filter(Boolean).join(' · '),
      action: { uri },
    }));
    const known = new Set(this.found.map(one => one.uri));
    const recent = recentUris(this.services)
      .filter(uri => !known.has(uri))
      .map(uri => ({
        label: `$(history) ${redactUrl(uri)}`,
        description: [vscode.l10n.t('recent'), mark(uri)].filter(Boolean).join(' · '),
        action: { uri },
      }));
    return [
      ...(typed === ''
        ? []
        : [
            {
              label: `$(arrow-right) ${vscode.l10n.t('Use {0}', redactUrl(typed))}`,
              alwaysShow: true,
              action: { uri: typed },
            },
          ]),
      {
        label: `$(home) ${vscode.l10n.t('Default store of this folder')}`,
        description: mark(''),
        detail: vscode.l10n.t('MLFLOW_TRACKING_URI, else ./mlruns or mlflow.db, as MLflow chooses'),
        action: { uri: '' },
      },
      ...offered,
      ...recent,
      { label: `$(folder) ${vscode.l10n.t('Choose an mlruns folder…')}`, action: 'browseFolder' },
      { label: `$(file) ${vscode.l10n.t('Choose a database file…')}`, action: 'browseFile' },
    ];
  }
}

async function browse(what: 'browseFolder' | 'browseFile'): Promise<string | undefined> {
  const folder = what === 'browseFolder';
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: !folder,
      canSelectFolders: folder,
      ...(folder ? {} : { filters: { SQLite: ['db', 'sqlite', 'sqlite3'] } }),
    })) ?? [];
  if (!chosen) {
    return undefined;
  }
  // `sqlite:////abs/path` on POSIX, `sqlite:///C:/path` on Windows.
  return folder ? chosen.fsPath : `sqlite:///${chosen.fsPath.replaceAll('\\', '/')}`;
}

/** `localhost:5000` is what people type for `http://localhost:5000`, and a path to a database for its URI. */
function normalise(text: string): string {
  const value = text.trim();
  if (/^[\w.-]+:\d{2,5}(\/\S*)?$/.test(value)) {
    return `http://${value}`;
  }
  return /^[^:]+\.(db|sqlite3?)$/i.test(value) ? `sqlite:///${value.replaceAll('\\', '/')}` : value;
}

function originText(origin: FoundStore['origin']): string {
  switch (origin) {
    case 'folder':
      return vscode.l10n.t('in this folder');
    case '.env':
      return vscode.l10n.t('from .env');
    case 'environment':
      return 'MLFLOW_TRACKING_URI';
  }
}
