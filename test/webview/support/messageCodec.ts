/**
 * Carries messages as VS Code does: JSON beside the buffers of typed arrays. What JSON cannot hold is lost here as it is
 * there (NaN becomes null, a bigint throws), so that a payload that only works in a test does not pass.
 */
const TYPES = { Float64Array, Uint8Array } as const;
type Carried = Float64Array | Uint8Array;

interface Packed {
  readonly $array: keyof typeof TYPES;
  readonly base64: string;
}

export function encodeMessage(message: unknown): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    for (const [name, type] of Object.entries(TYPES)) {
      if (value instanceof type) {
        return { $array: name, base64: toBase64(value) };
      }
    }
    return value;
  });
}

export function decodeMessage(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => (isPacked(value) ? unpack(value) : value));
}

function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && '$array' in value;
}

function toBase64(array: Carried): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

function unpack({ $array, base64 }: Packed): Carried {
  const bytes = Uint8Array.from(atob(base64), char => char.charCodeAt(0));
  return $array === 'Float64Array' ? new Float64Array(bytes.buffer) : bytes;
}
