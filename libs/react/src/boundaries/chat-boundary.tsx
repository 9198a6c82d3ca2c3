import { fingerprint } from '@holdfast/client';
import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';
import { FallbackHeading } from './fallback-heading.js';
import { ReloadButton } from './reload-button.js';
import { ReportButton } from './report-button.js';

export interface ChatBoundaryProps {
  readonly children: ReactNode;
  readonly userId: string;
  /** Forgets what was fetched and fetches it anew; messages that wait to be sent are kept. */
  readonly onRebuild: () => void;
  /** Gives the person a file of what was not sent. */
  readonly onExport: () => void;
}

/** Keeps the chat's fault inside the chat: the page around it stays. */
export function ChatBoundary({ children, userId, onRebuild, onExport }: ChatBoundaryProps) {
  return (
    <Boundary
      level="chat"
      scope={userId}
      resetKey={userId}
      fallback={({ error, retry, retrying }) => (
        <main className="hf hf-fallback hf-fallback--chat" role="alert" data-testid="chat-fallback">
          <FallbackHeading as="h1">The chat stopped working</FallbackHeading>
          <p className="hf hf-fallback__words">
            Messages that wait to be sent are kept{retrying ? '. It is tried again in a moment' : ''}.
          </p>
          <div className="hf hf-fallback__actions">
            <button type="button" onClick={retry}>
              Try again
            </button>
            <button
              type="button"
              onClick={() => {
                onRebuild();
                retry();
              }}
            >
              Load everything anew
            </button>
            <button type="button" onClick={onExport}>
              Save unsent messages
            </button>
            <ReloadButton />
            <ReportButton error={error} level="chat" />
          </div>
          <p className="hf-fallback__id">Fault {fingerprint(error, 'chat')}</p>
        </main>
      )}
    >
      {children}
    </Boundary>
  );
}
