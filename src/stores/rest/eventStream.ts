/** Yields the `data` of each event named `name` in a `text/event-stream` body; ends when the body ends. */
export async function* eventsNamed(
  name: string,
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const lines = buffer.slice(0, end).split('\n');
      buffer = buffer.slice(end + 2);
      if (lines.includes(`event: ${name}`)) {
        yield lines
          .filter(line => line.startsWith('data: '))
          .map(line => line.slice('data: '.length))
          .join('\n');
      }
    }
  }
}
