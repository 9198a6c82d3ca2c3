import type { ThreadState } from '@holdfast/client';
import { useConnection, useHoldfast, useNow, useOutbox, useReadable } from '@holdfast/react';
import { count } from '../parts/format.js';
import type { People } from '../shell/people.js';
import { connectionWords } from './connection-words.js';

interface StatusLineProps {
  readonly thread: ThreadState;
  readonly people: People;
}

/** One line above the composer that always has its place: the connection, what waits, who types. */
export function StatusLine({ thread, people }: StatusLineProps) {
  const { connection, identity, outbox } = useHoldfast();
  const state = useConnection();
  const now = useNow(state.status === 'live' ? null : 250);
  const words = connectionWords(state, now);
  const waiting = useOutbox().filter((item) => item.state.status === 'queued').length;
  const isDurable = useReadable(outbox.durable);
  const typing = [...thread.typing.keys()]
    .filter((userId) => userId !== identity.userId)
    .map((userId) => people(userId).name);
  return (
    <div className="status" data-testid="connection-state" data-status={state.status} data-tone={words?.tone}>
      <p role="status">
        {words !== null && <span className="status__dot" aria-hidden />}
        {words?.text}
        {words?.countdown !== undefined && <span aria-hidden> in {words.countdown} s</span>}
        {waiting > 0 && words !== null && ' · '}
        {waiting > 0 && words !== null && `${count(waiting, 'message')} waiting to be sent`}
        {waiting > 0 && words !== null && !isDurable && '; keep this page open'}
        {words === null && typing.length > 0 && typingWords(typing)}
      </p>
      {words?.action === 'retry' && (
        <button
          type="button"
          className="link-button"
          data-testid="try-now"
          onClick={() => {
            connection.retryNow();
          }}
        >
          Try now
        </button>
      )}
      {words?.action === 'reload' && (
        <button
          type="button"
          className="link-button"
          onClick={() => {
            location.reload();
          }}
        >
          Reload
        </button>
      )}
    </div>
  );
}

function typingWords(names: readonly string[]): string {
  if (names.length === 1) return `${names[0] ?? ''} is typing`;
  return names.length === 2 ? `${names.join(' and ')} are typing` : 'Several people are typing';
}
