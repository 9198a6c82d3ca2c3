import { isServing, toAppError } from '@holdfast/client';
import { useConnection, useHoldfast } from '@holdfast/react';
import { useState, type SyntheticEvent } from 'react';
import { AgentFields } from '../parts/agent-fields.js';
import type { AgentModeName } from '../parts/agent-mode.js';
import { Dialog } from '../parts/dialog.js';
import { PeoplePicker, type PickedPerson } from '../parts/people-picker.js';
import { goToThread } from '../shell/route.js';

interface NewThreadDialogProps {
  /** Null until they are known. */
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[] | null;
  readonly onClose: () => void;
}

const NOBODY: ReadonlySet<string> = new Set();

function defaultTitle(agentName: string | undefined, people: readonly PickedPerson[]): string {
  const names = people.map(({ name }) => name);
  if (names.length > 0) return names.join(', ').slice(0, 200);
  return agentName === undefined ? 'New thread' : `Questions for ${agentName}`;
}

/** Why the thread cannot be created yet; null = it can. */
function obstacle(serving: boolean, isChoosing: boolean): string | null {
  if (!serving) return 'Not connected. The thread can be created as soon as you are.';
  return isChoosing ? 'Loading the agents. Choose “No agent” to go on without one.' : null;
}

/** What a new thread is called, and who is in it. */
export function NewThreadDialog({ agents, onClose }: NewThreadDialogProps) {
  const client = useHoldfast();
  const serving = isServing(useConnection());
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const [mode, setMode] = useState<AgentModeName>('auto');
  const [people, setPeople] = useState<readonly PickedPerson[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const agentId = chosen === undefined ? (agents?.[0]?.id ?? null) : chosen;
  // Whoever chose nothing gets the first agent: not none, because they are not known yet.
  const waits = obstacle(serving, agents === null && chosen === undefined);
  const placeholder = defaultTitle(agents?.find(({ id }) => id === agentId)?.name, people);

  async function create(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    if (busy || waits !== null) return;
    setBusy(true);
    setFault(null);
    try {
      const name = title.trim() === '' ? placeholder : title.trim();
      const thread = await client.createThread({
        title: name,
        agentId,
        agentMode: mode,
        memberIds: people.map(({ id }) => id),
      });
      goToThread(thread.id);
      onClose();
    } catch (error) {
      setFault(`Could not create the thread: ${toAppError(error).message}.`);
      setBusy(false);
    }
  }

  return (
    <Dialog title="New thread" onClose={onClose}>
      <form className="dialog__body new-thread" onSubmit={(event) => void create(event)}>
        <label className="field">
          <span className="field__label">Title</span>
          <input
            className="hf-input"
            data-testid="thread-title"
            value={title}
            maxLength={200}
            placeholder={placeholder}
            autoFocus
            onChange={(event) => {
              setTitle(event.target.value);
            }}
          />
        </label>
        <AgentFields
          agents={agents ?? []}
          isLoading={agents === null && chosen === undefined}
          agentId={agentId}
          mode={mode}
          onChange={(choice) => {
            setChosen(choice.agentId);
            setMode(choice.mode);
          }}
        />
        <PeoplePicker
          label="People"
          picked={people}
          excluded={NOBODY}
          onPick={(person) => {
            setPeople((all) => [...all, person]);
          }}
          onDrop={(person) => {
            setPeople((all) => all.filter(({ id }) => id !== person.id));
          }}
        />
        <p className="hf-error" role="alert">
          {fault}
        </p>
        <p className="field__hint" role="status">
          {waits}
        </p>
        <div className="dialog__actions">
          <button type="button" className="hf-button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className="hf-button hf-button--primary"
            data-testid="create-thread"
            disabled={busy || waits !== null}
          >
            {busy ? 'Creating' : 'Create thread'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
