import { viewText, type OutboxItem, type OutboxState } from '@holdfast/client';
import { MessageBoundary, useDraft, useHoldfast } from '@holdfast/react';
import type { Person } from '../shell/people.js';
import { MessageFrame } from './message-frame.js';
import { MessageParts } from './message-parts.js';
import { MessageState } from './message-state.js';
import type { Row } from './rows.js';

interface PendingRowProps {
  readonly row: Row;
  readonly item: OutboxItem;
  readonly person: Person;
}

/** An own message on its way. */
export function PendingRow({ row, item, person }: PendingRowProps) {
  const { outbox } = useHoldfast();
  const [draft, setDraft] = useDraft(item.threadId);
  const { state, clientMessageId } = item;
  const text = viewText(item.body.parts);
  const problem = problemOf(state);
  return (
    <MessageFrame row={row} person={person} isOwn state={state.status}>
      <div className="message__line">
        <div className="message__body">
          <MessageBoundary id={clientMessageId} threadId={item.threadId} text={text} revision={text}>
            <MessageParts parts={item.body.parts} />
          </MessageBoundary>
        </div>
        <MessageState status={state.status} />
      </div>
      {problem !== null && (
        <div className="message__failure" role="alert">
          <p>{problem}</p>
          <div className="run-footer__actions">
            <button
              type="button"
              className="button button--small"
              data-testid="resend"
              onClick={() => {
                outbox.retry(clientMessageId);
              }}
            >
              Try again
            </button>
            <button
              type="button"
              className="button button--small"
              onClick={() => {
                if (outbox.remove(clientMessageId) !== null) setDraft(draft === '' ? text : `${text}\n${draft}`);
              }}
            >
              Edit
            </button>
            <button
              type="button"
              className="button button--small button--danger"
              onClick={() => {
                outbox.remove(clientMessageId);
              }}
            >
              Delete
            </button>
          </div>
        </div>
      )}
    </MessageFrame>
  );
}

function problemOf(state: OutboxState): string | null {
  if (state.status === 'failed') return `Could not send: ${state.message}`;
  return state.status === 'expired' ? 'Not sent for a day. Send it now?' : null;
}
