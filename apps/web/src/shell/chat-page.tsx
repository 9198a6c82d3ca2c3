import { useState } from 'react';
import { Conversation } from '../conversation/conversation.js';
import { NewThreadDialog } from '../sidebar/new-thread-dialog.js';
import { Sidebar } from '../sidebar/sidebar.js';
import { EmptyPane } from './empty-pane.js';
import { useRoute } from './route.js';
import { useAgents } from './use-agents.js';
import { useUnreadTitle } from './use-unread-title.js';
import './chat-page.css';

/** Until they are known, agents go by "the assistant". */
const NO_AGENTS: NonNullable<ReturnType<typeof useAgents>> = [];

/** Threads on the left, the conversation beside them. */
export function ChatPage({ onSignOut }: { onSignOut: () => void }) {
  const { threadId, seq } = useRoute();
  const known = useAgents();
  const agents = known ?? NO_AGENTS;
  useUnreadTitle();
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [isCreating, setCreating] = useState(false);
  const closeSheet = (): void => {
    setSheetOpen(false);
  };
  const create = (): void => {
    setCreating(true);
    closeSheet();
  };
  const showSheet = (): void => {
    setSheetOpen(true);
  };
  return (
    <div className="page" data-sheet={isSheetOpen}>
      <Sidebar threadId={threadId} onNewThread={create} onNavigate={closeSheet} onSignOut={onSignOut} />
      {isSheetOpen && <button type="button" className="page__scrim" aria-label="Close the list" onClick={closeSheet} />}
      {threadId === null ? (
        <EmptyPane agents={agents} onNewThread={create} onMenu={showSheet} />
      ) : (
        <Conversation key={threadId} threadId={threadId} seq={seq} agents={agents} onMenu={showSheet} />
      )}
      {isCreating && (
        <NewThreadDialog
          agents={known}
          onClose={() => {
            setCreating(false);
          }}
        />
      )}
    </div>
  );
}
