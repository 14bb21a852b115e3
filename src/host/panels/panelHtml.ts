export interface PanelHtmlOptions {
  readonly title: string;
  /** Custom element that fills the page. */
  readonly element: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly codiconUri: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Fresh from the cryptographic random source for each page. */
  readonly nonce: string;
}

/** The whole page of a panel. It holds no data: that comes by message. */
export function panelHtml(options: PanelHtmlOptions): string {
  const { title, element, scriptUri, styleUri, codiconUri, cspSource, nonce } = options;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escapeHtml(codiconUri)}">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
<script type="module" nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
</head>
<body>
<${element}></${element}>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    char => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char,
  );
}
