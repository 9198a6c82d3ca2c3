import { viewText, type OutboxItem, type OutboxState } from '@holdfast/client';
import { CopyButton } from '../boundaries/copy-button.js';
import { MessageBoundary } from '../boundaries/message-boundary.js';
import { useDraft } from '../hooks/use-draft.js';
import { MessageFrame } from '../message/message-frame.js';
import { MessageParts } from '../message/message-parts.js';
import { MessageState } from '../message/message-state.js';
import { useHoldfast } from '../provider.js';
import { afterColon } from '../text/format.js';
import type { Person } from './people.js';
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
      <div className="hf-message__line">
        <div className="hf-message__body">
          <MessageBoundary id={clientMessageId} threadId={item.threadId} text={text} revision={text}>
            <MessageParts parts={item.body.parts} />
          </MessageBoundary>
        </div>
        <MessageState status={state.status} />
      </div>
      {problem !== null && (
        <div className="hf-message__failure" role="alert">
          <p>{problem}</p>
          <div className="hf-run-footer__actions">
            <button
              type="button"
              className="hf-button hf-button--small"
              data-testid="resend"
              onClick={() => {
                outbox.retry(clientMessageId);
              }}
            >
              Try again
            </button>
            <button
              type="button"
              className="hf-button hf-button--small"
              onClick={() => {
                if (outbox.remove(clientMessageId) !== null) setDraft(draft === '' ? text : `${text}\n${draft}`);
              }}
            >
              Edit
            </button>
            <CopyButton text={text} label="Copy" className="hf-button hf-button--small" />
            <button
              type="button"
              className="hf-button hf-button--small hf-button--danger"
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
  if (state.status === 'failed') return `Could not send: ${afterColon(state.message)}`;
  return state.status === 'expired' ? 'Not sent for a day. Send it now?' : null;
}
