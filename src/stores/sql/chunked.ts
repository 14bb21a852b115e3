/** Databases limit the parameters of a statement; MLflow divides its lists alike. */
const CHUNK = 500;

/** Divides a list for use in `IN (…)`. */
export function chunked<T>(items: readonly T[]): readonly (readonly T[])[] {
  const chunks = [];
  for (let start = 0; start < items.length; start += CHUNK) {
    chunks.push(items.slice(start, start + CHUNK));
  }
  return chunks;
}
