/** Writes a double as Python's `repr` does, which is what MLflow writes: `1.0`, `1e-05`, `1e+16`, `nan`, `-inf`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'inf' : '-inf';
  }
  const size = Math.abs(value);
  if (size === 0) {
    return Object.is(value, -0) ? '-0.0' : '0.0';
  }
  if (size >= 1e-4 && size < 1e16) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
}

/** Reads what Python's `float()` reads, in any case of `nan` and `inf`. `undefined` when it is not a number. */
export function parseFloatText(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value)) {
    return text.trim() === '' || /^[+-]?0[xob]/i.test(text) ? undefined : value;
  }
  const special = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(text);
  if (!special) {
    return undefined;
  }
  return special[2] ? NaN : special[1] === '-' ? -Infinity : Infinity;
}
