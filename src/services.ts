import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from './base/disposable';
import { CredentialStore } from './host/credentialStore';
import { MetricsPreview } from './host/editor/metricsPreview';
import { HoverCards } from './host/hover/hoverCards';
import { ExperimentOpener } from './host/model/experimentOpener';
import { ExperimentsModel } from './host/model/experimentsModel';
import { RunDetails, type GetClient } from './host/model/runDetails';
import { RunColourBook } from './host/model/runColourBook';
import { ViewState } from './host/model/viewState';
import { Notifier } from './host/notifier';
import { OutputLogger } from './host/outputLogger';
import { RunPanels } from './host/panels/runPanels';
import { ArgumentHistory } from './host/run/argumentHistory';
import { ClientOffer } from './host/run/clientOffer';
import type { ScriptRunServices } from './host/run/runCurrentScript';
import { ScriptTerminals } from './host/run/scriptTerminals';
import { Settings } from './host/settings';
import { StoreConnection } from './host/store/storeConnection';

/** What the parts of the extension share, built once in `activate`. Starts nothing: the store is opened on first use. */
export class Services implements Disposable {
  private readonly disposables = new DisposableStore();
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
  readonly globalState: vscode.Memento;
  readonly logger = this.disposables.add(new OutputLogger());
  readonly settings = this.disposables.add(new Settings());
  readonly notifier = new Notifier(this.logger);
  readonly credentials: CredentialStore;
  readonly connection: StoreConnection;
  readonly viewState: ViewState;
  readonly details: RunDetails;
  readonly opener: ExperimentOpener;
  readonly model: ExperimentsModel;
  readonly colours: RunColourBook;
  readonly hoverCards: HoverCards;
  readonly panels: RunPanels;
  readonly metricsPreview: MetricsPreview;
  readonly argumentHistory: ArgumentHistory;
  /** What "Track: Run Current Script" needs. */
  readonly scriptRuns: ScriptRunServices;
  /** `dist/cli.js`. */
  readonly cliPath: string;

  constructor(context: vscode.ExtensionContext) {
    this.extensionUri = context.extensionUri;
    this.workspaceState = context.workspaceState;
    this.globalState = context.globalState;
    this.cliPath = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
    this.credentials = new CredentialStore(context.secrets);
    this.connection = this.disposables.add(
      new StoreConnection({
        target: () => this.target(),
        credentials: uri => this.credentials.get(uri),
        cliPath: this.cliPath,
        logger: this.logger,
      }),
    );
    this.viewState = this.disposables.add(new ViewState(context.workspaceState));
    this.details = new RunDetails(this.getClient);
    this.opener = new ExperimentOpener({
      getClient: this.getClient,
      viewState: this.viewState,
      startMs: Date.now(),
    });
    this.model = this.disposables.add(
      new ExperimentsModel({
        getClient: this.getClient,
        details: this.details,
        viewState: this.viewState,
        opener: this.opener,
        pageSize: () => this.settings.pageSize,
        wantedMetric: () => this.settings.mainMetric,
      }),
    );
    this.colours = new RunColourBook(context.workspaceState);
    this.hoverCards = new HoverCards(this);
    this.panels = this.disposables.add(new RunPanels(this));
    this.metricsPreview = this.disposables.add(new MetricsPreview(this.settings));
    this.argumentHistory = new ArgumentHistory(context.workspaceState);
    const storage = context.storageUri ?? context.globalStorageUri;
    this.scriptRuns = {
      settings: this.settings,
      target: () => this.target(),
      credentials: uri => this.credentials.get(uri),
      notifier: this.notifier,
      terminals: new ScriptTerminals(this.cliPath, storage.fsPath),
      argumentHistory: this.argumentHistory,
      clientOffer: new ClientOffer(context.globalState, this.notifier),
      logger: this.logger,
    };
    this.disposables.add(
      this.settings.onDidChange(ids => {
        if (ids.has('tracker.trackingUri')) {
          this.connection.restart();
        }
      }),
    );
    this.disposables.add(this.credentials.onDidChange(() => this.connection.restart()));
    this.disposables.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.connection.restart()),
    );
  }

  /** Opens the store when it is not; rejects with the cause in plain words. */
  readonly getClient: GetClient = options => this.connection.getClient(options);

  get onDidChangeStore(): StoreConnection['onDidChangeStore'] {
    return this.connection.onDidChangeStore;
  }

  /** Where relative paths and the default store are looked for: the first folder. */
  get workingDir(): string | undefined {
    return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private target(): { trackingUri: string; workingDir: string } | undefined {
    const { trackingUri } = this.settings;
    const { workingDir } = this;
    if (workingDir === undefined && trackingUri === '') {
      return undefined;
    }
    return { trackingUri, workingDir: workingDir ?? this.extensionUri.fsPath };
  }
}
