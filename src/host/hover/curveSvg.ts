export type ThemeKind = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

export interface CurveOptions {
  /** px */
  readonly width: number;
  readonly height: number;
  /** `#rrggbb`; replaced by the foreground in high contrast. */
  readonly color: string;
  readonly theme: ThemeKind;
}

const BASELINE: Record<ThemeKind, string> = {
  dark: '#ffffff33',
  light: '#00000026',
  highContrast: '#ffffff',
  highContrastLight: '#000000',
};
const MARGIN = 2;

/**
 * A metric's history as a small picture. An image cannot read the editor's colours, so the theme is drawn into it. Points
 * that are not finite break the line; a single point is a dot.
 */
export function curveSvg(
  x: ArrayLike<number>,
  values: ArrayLike<number>,
  options: CurveOptions,
): string {
  const { width, height, theme } = options;
  const color =
    theme === 'highContrast'
      ? '#ffffff'
      : theme === 'highContrastLight'
        ? '#000000'
        : options.color;
  const across = scale(x, MARGIN, width - MARGIN);
  const up = scale(values, height - MARGIN, MARGIN);
  const parts: string[] = [];
  let pen = 'M';
  let lastX = 0;
  let lastY = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    const at = x[index] ?? NaN;
    if (!Number.isFinite(value) || !Number.isFinite(at)) {
      pen = 'M';
      continue;
    }
    lastX = across(at);
    lastY = up(value);
    parts.push(`${pen}${lastX.toFixed(1)} ${lastY.toFixed(1)}`);
    pen = 'L';
  }
  const dot =
    parts.length > 0
      ? `<circle cx="${lastX.toFixed(1)}" cy="${lastY.toFixed(1)}" r="1.6" fill="${color}"/>`
      : '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<path d="M0 ${height - 0.5}H${width}" stroke="${BASELINE[theme]}" stroke-width="1"/>` +
    `<path d="${parts.join('')}" fill="none" stroke="${color}" stroke-width="1.4" stroke-linejoin="round"/>` +
    `${dot}</svg>`
  );
}

/** From the finite range of `values` to `from`…`to`; the middle when there is no range. */
function scale(values: ArrayLike<number>, from: number, to: number): (value: number) => number {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  // Halves first: the range of two huge doubles of opposite sign is not a double.
  const half = high / 2 - low / 2;
  return value =>
    half > 0 ? from + (to - from) * ((value / 2 - low / 2) / half) : (from + to) / 2;
}
