/**
 * A metric's value for a narrow place: four significant digits, `NaN` and `∞` by name, exponents only where the plain form
 * would be longer than eight digits.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '∞' : '−∞';
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e8) {
    return String(value).replace('-', '−');
  }
  const text =
    size >= 1e8 || size < 1e-4
      ? value
          .toExponential(3)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : size >= 1000
        ? value.toFixed(0)
        : value.toPrecision(4);
  return text.replaceAll('-', '−');
}
