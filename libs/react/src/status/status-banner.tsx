import type { OutboxItem, ThreadState } from '@holdfast/client';
import { peopleOf, type People } from '../entries/people.js';
import { useConnection } from '../hooks/use-connection.js';
import { useLasting } from '../hooks/use-lasting.js';
import { useNow } from '../hooks/use-now.js';
import { useOutbox } from '../hooks/use-outbox.js';
import { useReadable } from '../hooks/use-readable.js';
import { useHoldfast } from '../provider.js';
import { count, formatTime } from '../text/format.js';
import { connectionWords, type ConnectionWords } from './connection-words.js';

export interface StatusBannerProps {
  /** Whose typing and missing messages are told; absent = none's. */
  readonly thread?: ThreadState;
  /** Tells names; absent = the members'. */
  readonly people?: People;
  /** Opens the list of what waits; absent = the number is only told. */
  readonly onQueue?: () => void;
  /** True while that list is open. */
  readonly isQueueOpen?: boolean;
}

/** A short gap in the log fills by itself, ms. */
const PATIENCE_MS = 1_000;

/** One line that always has its place: the connection, what waits, who types. */
export function StatusBanner({ thread, people, onQueue, isQueueOpen = false }: StatusBannerProps) {
  const { connection, identity } = useHoldfast();
  const state = useConnection();
  const now = useNow(state.status === 'live' ? null : 250);
  const missing = thread?.access === 'open' ? thread.log.head - thread.log.last : 0;
  const isBehind = useLasting(missing > 0, PATIENCE_MS);
  const told = connectionWords(state, now);
  const words: ConnectionWords | null = told ?? (isBehind ? { tone: 'calm', text: 'Catching up' } : null);
  const waits = waitingWords(useOutbox(), words !== null);
  const text = waits !== null && state.status === 'offline' ? 'Offline' : words?.text;
  return (
    <div className="hf hf-status" data-testid="connection-state" data-status={state.status} data-tone={words?.tone}>
      <p role="status">
        {words !== null && <span className="hf-status__dot" aria-hidden />}
        {text}
        {isBehind && words?.text === 'Catching up' && `, ${String(missing)} missed`}
        {words?.next !== undefined && <Countdown {...words.next} />}
        {words?.lastLiveAt !== undefined && (
          <span className="hf-status__since"> · last contact {formatTime(words.lastLiveAt)}</span>
        )}
        {words === null && waits === null && thread !== undefined && (
          <Typing thread={thread} people={people} selfId={identity.userId} />
        )}
      </p>
      {waits !== null && <Waiting words={waits} isOpen={isQueueOpen} {...(onQueue === undefined ? {} : { onQueue })} />}
      {words?.action === 'retry' && (
        <button
          type="button"
          className="hf-link-button"
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
          className="hf-link-button"
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

/** Hidden from assistive technology, which would read out every second. */
function Countdown({ word, seconds }: { readonly word: string; readonly seconds: number }) {
  return (
    <span aria-hidden>
      {word === 'in' ? '' : ','} {word} {seconds} s
    </span>
  );
}

interface WaitingProps {
  readonly words: string;
  readonly isOpen: boolean;
  readonly onQueue?: () => void;
}

function Waiting({ words, isOpen, onQueue }: WaitingProps) {
  const isDurable = useReadable(useHoldfast().outbox.durable);
  const all = isDurable ? words : `${words}; keep this page open`;
  if (onQueue === undefined) return <span className="hf-status__waits">{all}</span>;
  return (
    <button
      type="button"
      className="hf-link-button hf-status__waits"
      data-testid="queue-toggle"
      aria-expanded={isOpen}
      onClick={onQueue}
    >
      {all}
    </button>
  );
}

/** What waits is worth a word without a connection only; what failed always is. */
function waitingWords(items: readonly OutboxItem[], isDown: boolean): string | null {
  const waiting = items.filter(({ state }) => state.status === 'queued').length;
  const failed = items.filter(({ state }) => state.status === 'failed' || state.status === 'expired').length;
  if (failed > 0) return `${count(failed, 'message')} not sent`;
  return waiting > 0 && isDown ? `${count(waiting, 'message')} queued` : null;
}

interface TypingProps {
  readonly thread: ThreadState;
  readonly people: People | undefined;
  readonly selfId: string;
}

function Typing({ thread, people = peopleOf(thread, []), selfId }: TypingProps) {
  const names = [...thread.typing.keys()].filter((userId) => userId !== selfId).map((userId) => people(userId).name);
  if (names.length === 0) return null;
  if (names.length === 1) return `${names[0] ?? ''} is typing`;
  return names.length === 2 ? `${names.join(' and ')} are typing` : 'Several people are typing';
}
