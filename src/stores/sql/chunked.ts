/** Databases limit the parameters of a statement; MLflow divides its lists alike. */
const CHUNK = 500;

/** Divides a list for use in `IN (…)`. @param most of a part, where that is less than usual. */
export function chunked<T>(items: readonly T[], most = CHUNK): readonly (readonly T[])[] {
  const size = Math.min(most, CHUNK);
  const chunks = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}
