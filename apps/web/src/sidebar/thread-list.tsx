import type { InboxState } from '@holdfast/client';
import { useHoldfast, useNow } from '@holdfast/react';
import { useState } from 'react';
import { formatShort } from '../parts/format.js';
import { plainText } from '../parts/plain-text.js';
import { threadHref } from '../shell/route.js';
import { useListPresence } from './use-list-presence.js';

interface ThreadListProps {
  readonly inbox: InboxState;
  readonly threadId: string | null;
  readonly onNavigate: () => void;
  readonly onMore: () => Promise<void>;
}

type Thread = InboxState['threads'][number];

export function ThreadList({ inbox, threadId, onNavigate, onMore }: ThreadListProps) {
  const now = useNow(60_000);
  const [isLoading, setLoading] = useState(false);
  const others = useListPresence(inbox.threads);
  if (inbox.status === 'loading') return <p className="sidebar__hint">Loading threads</p>;
  if (inbox.status === 'failed') return <p className="sidebar__hint">The threads could not be loaded. Trying again.</p>;
  if (inbox.threads.length === 0) return <p className="sidebar__hint">No threads yet.</p>;

  async function more(): Promise<void> {
    setLoading(true);
    await onMore().catch(() => undefined);
    setLoading(false);
  }

  return (
    <>
      <ul className="threads" data-testid="thread-list">
        {inbox.threads.map((thread) => (
          <li key={thread.id}>
            <ThreadLink
              thread={thread}
              isCurrent={thread.id === threadId}
              others={others.get(thread.id) ?? 0}
              now={now}
              onNavigate={onNavigate}
            />
          </li>
        ))}
      </ul>
      {inbox.nextCursor !== null && (
        <button
          type="button"
          className="hf-button hf-button--quiet hf-button--small"
          disabled={isLoading}
          onClick={() => void more()}
        >
          {isLoading ? 'Loading' : 'Show older threads'}
        </button>
      )}
    </>
  );
}

interface ThreadLinkProps {
  readonly thread: Thread;
  readonly isCurrent: boolean;
  /** Other members that are connected. */
  readonly others: number;
  readonly now: number;
  readonly onNavigate: () => void;
}

function ThreadLink({ thread, isCurrent, others, now, onNavigate }: ThreadLinkProps) {
  const { userId } = useHoldfast().identity;
  const { lastMessage, unread, activeRunId } = thread;
  const own = lastMessage?.senderId === userId ? 'You: ' : '';
  const isUnread = unread > 0 && !isCurrent;
  const here = `${String(others)} ${others === 1 ? 'other' : 'others'} online`;
  return (
    <a
      href={threadHref(thread.id)}
      className="thread"
      data-testid="thread-item"
      data-thread-id={thread.id}
      data-unread={isUnread}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={onNavigate}
    >
      <span className="thread__row">
        <span className="thread__title">{thread.title}</span>
        <time className="thread__time" dateTime={thread.activeAt}>
          {formatShort(thread.activeAt, now)}
        </time>
      </span>
      <span className="thread__row">
        <span className="thread__last">
          {lastMessage === null ? 'No messages yet' : `${own}${plainText(lastMessage.text)}`}
        </span>
        <span className="thread__marks">
          {others > 0 && (
            <span className="thread__here" data-testid="thread-presence" title={here}>
              <span aria-hidden>{others > 1 && others}</span>
              <span className="hf-sr-only">{here}</span>
            </span>
          )}
          {activeRunId !== null && (
            <span className="thread__live" title="An agent is answering">
              <span className="hf-sr-only">An agent is answering</span>
            </span>
          )}
          {isUnread && (
            <span className="thread__unread">
              {unread > 99 ? '99+' : unread}
              <span className="hf-sr-only"> unread</span>
            </span>
          )}
        </span>
      </span>
    </a>
  );
}
