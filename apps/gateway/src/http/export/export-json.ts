import type { ThreadExportStream } from '@holdfast/conversation';

/** Text collected before it is handed on, in UTF-16 units. */
const CHUNK_UNITS = 65_536;

/** A thread's export as JSON text, piece by piece: never more than one page of the log is held. */
export async function* exportJson({ pages, ...head }: ThreadExportStream): AsyncGenerator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},"events":[`;
  let separator = '';
  for await (const page of pages) {
    for (const event of page) {
      text += `${separator}${JSON.stringify(event)}`;
      separator = ',';
      if (text.length < CHUNK_UNITS) continue;
      yield text;
      text = '';
    }
  }
  yield `${text}]}`;
}
