import { toAppError } from '@holdfast/client';
import { useConnection, useHoldfast, useThreads } from '@holdfast/react';
import { isServing } from '@holdfast/client';
import { Menu } from 'lucide-react';
import { useState } from 'react';
import { goToThread } from './route.js';

interface EmptyPaneProps {
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly onNewThread: () => void;
  readonly onMenu: () => void;
}

/** What stands where no conversation is chosen. */
export function EmptyPane({ agents, onNewThread, onMenu }: EmptyPaneProps) {
  const client = useHoldfast();
  const serving = isServing(useConnection());
  const { threads, status } = useThreads();
  const [fault, setFault] = useState<string | null>(null);
  const [agent] = agents;
  const isFirst = status === 'ready' && threads.length === 0;

  async function ask(agentId: string, name: string): Promise<void> {
    setFault(null);
    try {
      goToThread((await client.createThread({ title: `Questions for ${name}`, agentId, agentMode: 'auto' })).id);
    } catch (error) {
      setFault(`Could not create the thread: ${toAppError(error).message}.`);
    }
  }

  return (
    <main className="pane">
      <header className="pane__header pane__header--narrow">
        <button type="button" className="hf-icon-button" aria-label="Show threads" data-testid="menu" onClick={onMenu}>
          <Menu size={20} aria-hidden />
        </button>
      </header>
      <div className="empty">
        <h1>{isFirst ? 'Your conversations will be here' : 'Choose a conversation'}</h1>
        <p>
          {isFirst
            ? 'Ask an agent, or start a thread with people. Everyone in a thread sees the same messages in the same order.'
            : 'Pick one from the list, or start a new one.'}
        </p>
        <div className="empty__actions">
          {agent !== undefined && (
            <button
              type="button"
              className="hf-button hf-button--primary"
              data-testid="ask-agent"
              disabled={!serving}
              onClick={() => void ask(agent.id, agent.name)}
            >
              Ask {agent.name}
            </button>
          )}
          <button type="button" className="hf-button" onClick={onNewThread}>
            New thread
          </button>
        </div>
        <p className="hf-error" role="alert">
          {fault}
        </p>
      </div>
    </main>
  );
}
