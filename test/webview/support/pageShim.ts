import { decodeMessage, encodeMessage } from './messageCodec';

/** The page's end of the harness: what VS Code itself does inside a webview's frame. Bundled and run before the page. */

export interface ShimTheme {
  readonly bodyClass: string;
  readonly bodyData: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

declare global {
  interface Window {
    harnessToHost(text: string): void;
    harnessFromHost(text: string): void;
    harnessSetTheme(theme: ShimTheme): void;
    harnessViolations: string[];
    harnessDrawn: number;
    harnessTheme: ShimTheme;
    harnessDefaults: string;
    acquireVsCodeApi(): unknown;
  }
}

const STATE = 'harness-state';

window.harnessViolations = [];
window.harnessDrawn = 0;
document.addEventListener('securitypolicyviolation', event => {
  window.harnessViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
document.addEventListener('chart-drawn', () => (window.harnessDrawn += 1));

window.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => window.harnessToHost(encodeMessage(message)),
  getState: (): unknown => JSON.parse(sessionStorage.getItem(STATE) ?? 'null'),
  setState: (state: unknown) => sessionStorage.setItem(STATE, JSON.stringify(state)),
});

window.harnessFromHost = text => {
  window.dispatchEvent(new MessageEvent('message', { data: decodeMessage(text) }));
};

window.harnessSetTheme = ({ bodyClass, bodyData, variables }) => {
  const { style } = document.documentElement;
  for (const name of [...style].filter(property => property.startsWith('--vscode'))) {
    style.removeProperty(name);
  }
  for (const [name, value] of Object.entries(variables)) {
    style.setProperty(name, value);
  }
  document.body.className = bodyClass;
  Object.assign(document.body.dataset, bodyData);
};

const defaults = new CSSStyleSheet();
defaults.replaceSync(window.harnessDefaults);
document.adoptedStyleSheets = [defaults];

// The body is parsed before deferred scripts such as the panel's module run.
new MutationObserver((_changes, observer) => {
  if (document.querySelector('body')) {
    observer.disconnect();
    window.harnessSetTheme(window.harnessTheme);
  }
}).observe(document, { childList: true, subtree: true });
