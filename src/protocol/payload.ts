import { RpcError } from './rpc';

/** Turns an unknown payload into a `T` or throws `RpcError` BAD_PAYLOAD with the place of the fault. */
export type Parser<T> = (value: unknown, where?: string) => T;

function refuse(where: string, expected: string): never {
  throw new RpcError('BAD_PAYLOAD', `${where} is not ${expected}.`);
}

export const aNothing: Parser<null> = () => null;

export const aString: Parser<string> = (value, where = 'The payload') =>
  typeof value === 'string' ? value : refuse(where, 'a text');

/** Finite: JSON cannot carry the others. */
export const aNumber: Parser<number> = (value, where = 'The payload') =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(where, 'a number');

export const someBytes: Parser<Uint8Array> = (value, where = 'The payload') =>
  value instanceof Uint8Array ? value : refuse(where, 'a byte array');

export function orNull<T>(parse: Parser<T>): Parser<T | null> {
  return (value, where) => (value === null ? null : parse(value, where));
}

export function aListOf<T>(parse: Parser<T>, maxLength: number): Parser<readonly T[]> {
  return (value, where = 'The payload') => {
    if (!Array.isArray(value) || value.length > maxLength) {
      return refuse(where, `a list of at most ${maxLength} items`);
    }
    return value.map((item: unknown, index) => parse(item, `${where}[${index}]`));
  };
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Parser<T> {
  return (value, where = 'The payload') =>
    allowed.find(item => item === value) ?? refuse(where, `one of ${allowed.join(', ')}`);
}

export function anObject<T extends object>(members: {
  readonly [K in keyof T]: Parser<T[K]>;
}): Parser<T> {
  return (value, where = 'The payload') => {
    if (typeof value !== 'object' || value === null) {
      return refuse(where, 'an object');
    }
    const source = new Map<string, unknown>(Object.entries(value));
    const result: Partial<T> = {};
    for (const key in members) {
      result[key] = members[key](source.get(key), `${where}.${key}`);
    }
    return result as T;
  };
}

/** For the webview's end: what comes from our own host is taken as typed. */
export function trusted<T>(payload: unknown): T {
  return payload as T;
}
