import { viewText, type OutboxItem } from '@holdfast/client';

/** Blocks of text, such as unsent messages, as one file's content. */
export function unsentText(items: readonly OutboxItem[], drafts: readonly string[] = []): string {
  const blocks = items
    .filter(({ state }) => state.status !== 'sent')
    .map(
      ({ threadId, createdAt, body }) =>
        `Thread ${threadId}, ${new Date(createdAt).toISOString()}\n\n${viewText(body.parts)}\n`,
    );
  return [...blocks, ...drafts].join('\n---\n\n');
}

/** Gives the person a text file. */
export function saveTextFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
