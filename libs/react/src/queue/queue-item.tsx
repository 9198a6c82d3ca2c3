import { isServing, viewText, type OutboxItem, type OutboxState } from '@holdfast/client';
import { useState } from 'react';
import { useConnection } from '../hooks/use-connection.js';
import { MessageState } from '../message/message-state.js';
import { useHoldfast } from '../provider.js';
import { afterColon, formatTime } from '../text/format.js';

interface QueueItemProps {
  readonly item: OutboxItem;
  /** Of its thread. */
  readonly title: string | undefined;
}

function stateWords(state: OutboxState): string {
  switch (state.status) {
    case 'queued':
      return 'Waits for the connection';
    case 'sending':
    case 'sent':
      return 'Being sent';
    case 'failed':
      return `Could not send: ${afterColon(state.message)}`;
    case 'expired':
      return 'Not sent for a day';
  }
}

/** One unsent message with what can be done about it. What is under way cannot be changed any more. */
export function QueueItem({ item, title }: QueueItemProps) {
  const { outbox } = useHoldfast();
  const [words, setWords] = useState<string | null>(null);
  const [isSure, setSure] = useState(false);
  const { clientMessageId, state, createdAt } = item;
  const text = viewText(item.body.parts);
  // Without a connection nothing can be sent at once: it goes by itself as soon as there is one.
  const mayRetry = isServing(useConnection()) || state.status !== 'queued';
  const isUnderWay = state.status === 'sending' || state.status === 'sent';

  function save(): void {
    if (words === null || words.trim() === '') return;
    outbox.edit(clientMessageId, { parts: [{ type: 'text', text: words }] });
    setWords(null);
  }

  if (words !== null && !isUnderWay) {
    return (
      <li className="hf-queue__item">
        <textarea
          className="hf-input hf-editor__text"
          aria-label="Edit the message"
          rows={Math.min(8, words.split('\n').length + 1)}
          value={words}
          autoFocus
          onChange={(event) => {
            setWords(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            setWords(null);
          }}
        />
        <div className="hf-queue__actions">
          <button type="button" className="hf-button hf-button--small hf-button--primary" onClick={save}>
            Save
          </button>
          <button
            type="button"
            className="hf-button hf-button--small"
            onClick={() => {
              setWords(null);
            }}
          >
            Cancel
          </button>
        </div>
      </li>
    );
  }
  return (
    <li className="hf-queue__item" data-testid="queue-item" data-state={state.status}>
      <p className="hf-queue__text">{text}</p>
      <p className="hf-queue__state">
        <MessageState status={state.status} />
        <span className="hf-queue__words">
          {stateWords(state)} · {formatTime(createdAt)}
        </span>
        {title !== undefined && <span className="hf-queue__thread">· {title}</span>}
      </p>
      {!isUnderWay && (
        <div className="hf-queue__actions">
          {mayRetry && (
            <button
              type="button"
              className="hf-button hf-button--small"
              onClick={() => {
                outbox.retry(clientMessageId);
              }}
            >
              {state.status === 'queued' ? 'Send now' : 'Try again'}
            </button>
          )}
          <button
            type="button"
            className="hf-button hf-button--small"
            onClick={() => {
              setWords(text);
            }}
          >
            Edit
          </button>
          <button
            type="button"
            className="hf-button hf-button--small hf-button--danger"
            onClick={() => {
              if (isSure) outbox.remove(clientMessageId);
              else setSure(true);
            }}
          >
            {isSure ? 'Delete for good' : 'Delete'}
          </button>
        </div>
      )}
    </li>
  );
}
