/** How far apart two colours (`#rrggbb`) look: their distance in OKLab, 0 (the same) to 1 (black and white). */
export function colourDistance(a: string, b: string): number {
  const left = toOklab(a);
  const right = toOklab(b);
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

/** Björn Ottosson, "A perceptual color space for image processing" (2020): lightness, green–red, blue–yellow. */
function toOklab(colour: string): readonly [number, number, number] {
  const r = linearChannel(colour, 1);
  const g = linearChannel(colour, 3);
  const b = linearChannel(colour, 5);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** sRGB's own curve taken off. */
function linearChannel(colour: string, at: number): number {
  const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
