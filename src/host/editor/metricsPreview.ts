import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import { TrackingError } from '../../tracking/trackingError';
import { PREVIEW_SCHEME, SETTINGS } from '../contributions';
import { capturedMetricsText } from '../run/capturedMetricsText';
import type { Settings } from '../settings';
import { ReadOnlyFileSystem } from './readOnlyFileSystem';

/** The text whose metrics are shown. */
export interface PreviewSource {
  /** What a person calls it: the name of a file or of a run. */
  readonly title: string;
  readonly uri: vscode.Uri;
  /** Absent: the whole text. */
  readonly range?: vscode.Range;
}

/** As it stands in the query of a preview's URI. */
interface SourceRecord {
  readonly uri: string;
  readonly range?: readonly [number, number, number, number];
}

/** "Preview captured metrics" as a file that nobody has to save. Its URI says what is read, so it outlives a reload. */
export class MetricsPreview extends ReadOnlyFileSystem implements Disposable {
  private readonly registration = vscode.workspace.registerFileSystemProvider(
    PREVIEW_SCHEME,
    this,
    { isReadonly: true, isCaseSensitive: true },
  );

  constructor(private readonly settings: Pick<Settings, 'runMetricPatterns' | 'onDidChange'>) {
    super();
  }

  /** Opens the preview, or reads it again. Throws for a wrong pattern in the settings. */
  async show({ title, uri, range }: PreviewSource): Promise<void> {
    const record: SourceRecord = {
      uri: uri.toString(),
      ...(range && {
        range: [range.start.line, range.start.character, range.end.line, range.end.character],
      }),
    };
    await this.reload(
      vscode.Uri.from({
        scheme: PREVIEW_SCHEME,
        path: `/${title.replaceAll('/', '-')}: captured metrics`,
        query: JSON.stringify(record),
      }),
    );
  }

  /** @param preview the URI of a preview */
  async reload(preview: vscode.Uri): Promise<void> {
    await this.textOf(preview);
    this.tellChange(preview);
    const document = await vscode.workspace.openTextDocument(preview);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  /** Who tries patterns sees at once what they give. */
  watch(uri: vscode.Uri): vscode.Disposable {
    const subscription = this.settings.onDidChange(ids => {
      if (ids.has(SETTINGS.runMetricPatterns)) {
        this.tellChange(uri);
      }
    });
    return new vscode.Disposable(() => subscription.dispose());
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return this.statOf(uri, (await this.readFile(uri)).length);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode(await this.textOrReason(uri));
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async textOrReason(uri: vscode.Uri): Promise<string> {
    try {
      return await this.textOf(uri);
    } catch (error) {
      if (TrackingError.is(error)) {
        return `${error.message}\n`;
      }
      throw error;
    }
  }

  private async textOf(preview: vscode.Uri): Promise<string> {
    const { uri, range } = JSON.parse(preview.query) as SourceRecord;
    const source = vscode.Uri.parse(uri);
    const name = source.path.split('/').at(-1) ?? '';
    const patterns = this.settings.runMetricPatterns;
    if (range === undefined) {
      return capturedMetricsText(await wholeText(source), patterns, name);
    }
    const text = (await documentOf(source)).getText(new vscode.Range(...range));
    return capturedMetricsText(text, patterns, `the selection in ${name}`, range[0] + 1);
  }
}

/** As the person sees it, with what is not saved; a file that is not open as it is now, however large. */
async function wholeText(uri: vscode.Uri): Promise<string> {
  const open = openDocument(uri);
  return open?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

async function documentOf(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = openDocument(uri);
  if (open === undefined && uri.scheme === 'untitled') {
    // It was never saved and is gone. VS Code would make a new one.
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  return open ?? (await vscode.workspace.openTextDocument(uri));
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const wanted = uri.toString();
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === wanted);
}
