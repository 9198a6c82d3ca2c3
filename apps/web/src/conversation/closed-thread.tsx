import type { ThreadAccess } from '@holdfast/client';
import { Menu } from 'lucide-react';
import { goHome } from '../shell/route.js';

interface ClosedThreadProps {
  readonly access: Exclude<ThreadAccess, 'loading' | 'open'>;
  readonly onMenu: () => void;
}

const WORDS = {
  denied: { title: 'This thread cannot be shown', text: 'It does not exist, or you are not a member.' },
  removed: { title: 'You are no longer in this thread', text: 'You left, or someone removed you.' },
  deleted: { title: 'This thread was deleted', text: 'Its owner deleted it for everyone.' },
};

export function ClosedThread({ access, onMenu }: ClosedThreadProps) {
  const { title, text } = WORDS[access];
  return (
    <main className="pane">
      <header className="pane__header pane__header--narrow">
        <button type="button" className="hf-icon-button" aria-label="Show threads" data-testid="menu" onClick={onMenu}>
          <Menu size={20} aria-hidden />
        </button>
      </header>
      <div className="empty" data-testid="closed-thread">
        <h1>{title}</h1>
        <p>{text}</p>
        <div className="empty__actions">
          <button type="button" className="hf-button" onClick={goHome}>
            Back to your threads
          </button>
        </div>
      </div>
    </main>
  );
}
