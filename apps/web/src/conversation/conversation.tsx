import type { RunStream } from '@holdfast/client';
import { ThreadBoundary, useConversation, useHoldfast, useThread } from '@holdfast/react';
import { Info, Menu } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Composer } from '../composer/composer.js';
import { Details } from '../details/details.js';
import { count } from '../parts/format.js';
import { peopleOf } from '../shell/people.js';
import { ClosedThread } from './closed-thread.js';
import { MessageList } from './message-list.js';
import { StatusLine } from './status-line.js';
import { transcript } from './transcript.js';
import './conversation.css';
import './message.css';
import './prose.css';

interface ConversationProps {
  readonly threadId: string;
  readonly seq: number | null;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly onMenu: () => void;
}

/** The run that a Stop ends: the one that works, else the one that waits. */
function stoppable(runs: ReadonlyMap<string, RunStream>): RunStream | null {
  const live = [...runs.values()].filter(({ status }) => status !== 'ended');
  return live.find(({ status }) => status === 'running') ?? live[0] ?? null;
}

/** One thread: its messages, what is going on, and where to write. */
export function Conversation({ threadId, seq, agents, onMenu }: ConversationProps) {
  const client = useHoldfast();
  const thread = useThread(threadId);
  const entries = useConversation(thread);
  const people = useMemo(() => peopleOf(thread, agents), [thread, agents]);
  const [hasDetails, setDetails] = useState(false);
  const known = client.inbox.getSnapshot().threads.find(({ id }) => id === threadId);
  const agentId = thread.summary?.agentId ?? null;
  const title = thread.summary?.title ?? known?.title ?? '';

  if (thread.access === 'denied' || thread.access === 'removed' || thread.access === 'deleted') {
    return <ClosedThread access={thread.access} onMenu={onMenu} />;
  }
  return (
    <div className="conversation" data-details={hasDetails}>
      <main className="pane">
        <header className="pane__header">
          <button
            type="button"
            className="icon-button pane__menu"
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
            className="icon-button"
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
          transcript={() => transcript(entries, people)}
        >
          <MessageList thread={thread} entries={entries} people={people} seq={seq} />
        </ThreadBoundary>
        <div className="conversation__foot">
          <div className="conversation__column">
            <StatusLine thread={thread} people={people} />
            <Composer threadId={threadId} run={stoppable(thread.runs)} />
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
