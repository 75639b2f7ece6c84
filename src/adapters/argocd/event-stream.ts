/**
 * The data of a server-sent event stream, one JSON text per event. Argo CD writes an event as one `data:` line and keeps the
 * connection alive with comments, which are dropped here.
 */
export async function* eventStream(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let unfinished = '';
  for await (const chunk of chunks) {
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length).trim();
  }
}
