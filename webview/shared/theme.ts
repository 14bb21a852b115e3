/** Colours and fonts of VS Code's theme as a canvas needs them. Style sheets use the variables themselves. */
export interface Theme {
  readonly foreground: string;
  readonly faintForeground: string;
  readonly background: string;
  readonly gridLine: string;
  readonly focus: string;
  readonly selection: string;
  readonly widgetBackground: string;
  readonly widgetBorder: string;
  readonly fontFamily: string;
  readonly isHighContrast: boolean;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (fallback: string, ...names: readonly string[]) => {
    const found = names.map(name => style.getPropertyValue(`--vscode-${name}`).trim());
    return found.find(value => value !== '') ?? fallback;
  };
  const isHighContrast = document.body.classList.contains('vscode-high-contrast');
  const foreground = read('#808080', 'foreground');
  return {
    foreground,
    faintForeground: read(foreground, 'descriptionForeground'),
    background: read('transparent', 'editor-background'),
    gridLine: isHighContrast
      ? read(foreground, 'contrastBorder')
      : // Not the editor's indent guides: a theme may make those invisible, as VS Code's own light one does.
        `color-mix(in srgb, ${foreground} 13%, transparent)`,
    focus: read(foreground, 'focusBorder'),
    selection: read('rgba(128,128,128,.3)', 'editor-selectionBackground'),
    widgetBackground: read(
      'transparent',
      'editorHoverWidget-background',
      'editorWidget-background',
    ),
    widgetBorder: read('transparent', 'editorHoverWidget-border', 'contrastBorder'),
    fontFamily: read('sans-serif', 'font-family'),
    isHighContrast,
  };
}

/** Calls back when the person chooses another theme; VS Code then changes the variables of the page in place. */
export function onThemeChange(listener: () => void): { dispose(): void } {
  let scheduled = 0;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(scheduled);
    scheduled = requestAnimationFrame(listener);
  });
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['style', 'class'],
  });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
  return { dispose: () => observer.disconnect() };
}

/** A `#rrggbb` colour with the given opacity, 0 to 1. */
export function withOpacity(color: string, opacity: number): string {
  const alpha = Math.round(opacity * 255);
  return color + alpha.toString(16).padStart(2, '0');
}
