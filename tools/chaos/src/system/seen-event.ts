import type { LogEvent, MessageBody, Part } from '@holdfast/contracts';
import type { SeenEvent } from '../history/entry.js';

/** Text of parts; what is no text counts one unit, as in every offset. */
export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '\uFFFC')).join('');
}

const bodyOf = (body: MessageBody | null): { text?: string } => (body === null ? {} : { text: textOf(body.parts) });

/** What a log entry says, as a history keeps it. */
export function seenEventOf(event: Pick<LogEvent, 'seq' | 'id' | 'senderId' | 'type' | 'data'>): SeenEvent {
  const { seq, id, type, senderId } = event;
  const base = { seq, id, type, ...(senderId === null ? {} : { sender: senderId }) };
  return { ...base, ...factsOf(event as LogEvent) };
}

function factsOf(event: LogEvent): Omit<SeenEvent, 'seq' | 'id' | 'type' | 'sender'> {
  switch (event.type) {
    case 'message.sent': {
      const { clientMessageId, body, runId } = event.data;
      return {
        ...bodyOf(body),
        ...(clientMessageId === null ? {} : { key: clientMessageId }),
        ...(runId === undefined ? {} : { run: runId }),
      };
    }
    case 'message.edited':
      return { ...bodyOf(event.data.body), target: event.data.messageId };
    case 'message.deleted':
      return { target: event.data.messageId };
    case 'member.added':
    case 'member.removed':
      return { member: event.data.userId };
    case 'run.started':
      return { run: event.data.runId };
    case 'run.ended':
      return { run: event.data.runId, status: event.data.outcome };
    case 'thread.renamed':
    case 'thread.archived':
      return {};
  }
}
