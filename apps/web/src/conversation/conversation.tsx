import { conversationEntries } from '@holdfast/client';
import {
  Composer,
  count,
  MessageList,
  peopleOf,
  QueueDrawer,
  StatusBanner,
  ThreadBoundary,
  transcript,
  useHoldfast,
  useThread,
} from '@holdfast/react';
import { Info, Menu } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Details } from '../details/details.js';
import { ClosedThread } from './closed-thread.js';
import './conversation.css';

interface ConversationProps {
  readonly threadId: string;
  readonly seq: number | null;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly onMenu: () => void;
}

/** One thread: its messages, what is going on, and where to write. */
export function Conversation({ threadId, seq, agents, onMenu }: ConversationProps) {
  const client = useHoldfast();
  const thread = useThread(threadId);
  const people = useMemo(() => peopleOf(thread, agents), [thread, agents]);
  const [hasDetails, setDetails] = useState(false);
  const [hasQueue, setQueue] = useState(false);
  const titleOf = (id: string) => client.inbox.getSnapshot().threads.find((known) => known.id === id)?.title;
  const agentId = thread.summary?.agentId ?? null;
  const title = thread.summary?.title ?? titleOf(threadId) ?? '';

  if (thread.access === 'denied' || thread.access === 'removed' || thread.access === 'deleted') {
    return <ClosedThread access={thread.access} onMenu={onMenu} />;
  }
  return (
    <div className="conversation" data-details={hasDetails}>
      <main className="pane">
        <header className="pane__header">
          <button
            type="button"
            className="hf-icon-button pane__menu"
            aria-label="Show threads"
            data-testid="menu"
            onClick={onMenu}
          >
            <Menu size={20} aria-hidden />
          </button>
          <div className="conversation__title">
            <h1>{title}</h1>
            {thread.members.length > 0 && (
              <p>
                {count(thread.members.filter(({ kind }) => kind !== 'agent').length, 'person').replace(
                  'persons',
                  'people',
                )}
                {agentId !== null && ` and ${people(agentId).name}`}
              </p>
            )}
          </div>
          <button
            type="button"
            className="hf-icon-button"
            aria-label="Details"
            title="Details"
            aria-pressed={hasDetails}
            data-testid="details-toggle"
            onClick={() => {
              setDetails((open) => !open);
            }}
          >
            <Info size={19} aria-hidden />
          </button>
        </header>
        <ThreadBoundary
          threadId={threadId}
          revision={thread.log.epoch ?? ''}
          onRefetch={() => {
            client.threads.reopen(threadId);
          }}
          transcript={() =>
            transcript(conversationEntries(thread, client.outbox.getSnapshot(), client.identity.userId), people)
          }
        >
          <MessageList thread={thread} people={people} seq={seq} />
        </ThreadBoundary>
        <div className="conversation__foot">
          <div className="conversation__column">
            {hasQueue && (
              <QueueDrawer
                threadTitle={titleOf}
                onClose={() => {
                  setQueue(false);
                }}
              />
            )}
            <StatusBanner
              thread={thread}
              people={people}
              isQueueOpen={hasQueue}
              onQueue={() => {
                setQueue((open) => !open);
              }}
            />
            <Composer threadId={threadId} />
          </div>
        </div>
      </main>
      {hasDetails && (
        <Details
          thread={thread}
          agents={agents}
          onClose={() => {
            setDetails(false);
          }}
        />
      )}
    </div>
  );
}
