import { toAppError, type ThreadState } from '@holdfast/client';
import { useHoldfast } from '@holdfast/react';
import { Archive, ArchiveRestore, LogOut, Trash2, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { AgentFields } from '../parts/agent-fields.js';
import { formatExact } from '../parts/format.js';
import { PeoplePicker } from '../parts/people-picker.js';
import { goHome } from '../shell/route.js';
import { MemberList } from './member-list.js';
import { TitleForm } from './title-form.js';
import './details.css';

interface DetailsProps {
  readonly thread: ThreadState;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly onClose: () => void;
}

/** Who is in the thread, its agent, and what can be done with it. */
export function Details({ thread, agents, onClose }: DetailsProps) {
  const client = useHoldfast();
  const [fault, setFault] = useState<string | null>(null);
  const [asks, setAsks] = useState<'leave' | 'delete' | null>(null);
  const { threadId, summary, members } = thread;
  if (summary === null) return null;
  const isOwner = summary.role === 'owner';

  async function run(what: string, work: () => Promise<unknown>): Promise<boolean> {
    setFault(null);
    try {
      await work();
      return true;
    } catch (error) {
      setFault(`Could not ${what}: ${toAppError(error).message}.`);
      return false;
    }
  }

  async function depart(what: 'leave' | 'delete'): Promise<void> {
    const work = () =>
      what === 'leave' ? client.api.removeMember(threadId, client.identity.userId) : client.api.deleteThread(threadId);
    if (!(await run(what === 'leave' ? 'leave' : 'delete the thread', work))) return;
    client.inbox.drop(threadId);
    goHome();
  }

  return (
    <aside className="details" aria-label="Details" data-testid="details">
      <header className="details__header">
        <h2>Details</h2>
        <button type="button" className="hf-icon-button" aria-label="Close details" onClick={onClose}>
          <X size={18} aria-hidden />
        </button>
      </header>
      <section>
        <TitleForm
          key={summary.title}
          title={summary.title}
          onSave={(title) => run('rename', () => client.updateThread(threadId, { title }))}
        />
      </section>
      <section className="details__fields">
        <AgentFields
          agents={agents}
          agentId={summary.agentId}
          mode={summary.agentMode}
          onChange={({ agentId, mode }) => {
            void run('change the agent', () => client.updateThread(threadId, { agentId, agentMode: mode }));
          }}
        />
      </section>
      <section>
        <MemberList
          threadId={threadId}
          members={members}
          isOwner={isOwner}
          onRemove={(userId) => void run('remove the member', () => client.api.removeMember(threadId, userId))}
        />
        {isOwner && (
          <PeoplePicker
            label="Add people"
            picked={[]}
            excluded={new Set(members.map(({ userId }) => userId))}
            onPick={(person) => void run(`add ${person.name}`, () => client.api.addMember(threadId, person.id))}
          />
        )}
      </section>
      <section className="details__actions">
        <button
          type="button"
          className="hf-button"
          data-testid="archive"
          onClick={() => void run('archive', () => client.updateThread(threadId, { archived: !summary.archived }))}
        >
          {summary.archived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />}
          {summary.archived ? 'Bring back' : 'Archive'}
        </button>
        <ConfirmButton
          icon={<LogOut size={16} aria-hidden />}
          label="Leave"
          sure="Leave this thread"
          isAsking={asks === 'leave'}
          onAsk={() => {
            setAsks('leave');
          }}
          onSure={() => void depart('leave')}
        />
        {isOwner && (
          <ConfirmButton
            icon={<Trash2 size={16} aria-hidden />}
            label="Delete"
            sure="Delete for everyone"
            isAsking={asks === 'delete'}
            onAsk={() => {
              setAsks('delete');
            }}
            onSure={() => void depart('delete')}
          />
        )}
      </section>
      <p className="hf-error" role="alert">
        {fault}
      </p>
      <p className="field__hint">Created {formatExact(summary.createdAt)}</p>
    </aside>
  );
}

interface ConfirmButtonProps {
  readonly icon: ReactNode;
  readonly label: string;
  readonly sure: string;
  readonly isAsking: boolean;
  readonly onAsk: () => void;
  readonly onSure: () => void;
}

/** What cannot be undone asks once more, in place. */
function ConfirmButton({ icon, label, sure, isAsking, onAsk, onSure }: ConfirmButtonProps) {
  return (
    <button type="button" className="hf-button hf-button--danger" onClick={isAsking ? onSure : onAsk}>
      {icon}
      {isAsking ? sure : label}
    </button>
  );
}
