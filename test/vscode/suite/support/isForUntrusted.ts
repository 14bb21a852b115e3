/** A suite named `untrusted…` runs in a window of its own whose workspace nobody has trusted. */
export function isForUntrusted(file: string): boolean {
  return file.startsWith('untrusted');
}
