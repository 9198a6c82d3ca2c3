import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';
import { CopyButton } from './copy-button.js';
import { ReportButton } from './report-button.js';

export interface MessageBoundaryProps {
  readonly children: ReactNode;
  /** Identity of the message. */
  readonly id: string;
  readonly threadId: string;
  /** The message's text, shown plainly if its rendering fails. */
  readonly text: string;
  /** Changes with the message's content. */
  readonly revision: string | number;
}

/** Keeps one message that cannot be rendered from taking the others with it: its plain text is shown. */
export function MessageBoundary({ children, id, threadId, text, revision }: MessageBoundaryProps) {
  return (
    <Boundary
      level="message"
      scope={id}
      threadId={threadId}
      resetKey={revision}
      fallback={({ error, retry, retrying }) => (
        <div
          className="hf hf-fallback hf-fallback--message"
          data-testid="message-fallback"
          data-state={retrying ? 'retrying' : 'waiting'}
        >
          <pre>{text}</pre>
          <p className="hf hf-fallback__words">This message could not be formatted.</p>
          <div className="hf hf-fallback__actions">
            <button type="button" onClick={retry}>
              Try again
            </button>
            <CopyButton text={text} />
            <ReportButton error={error} level="message" />
          </div>
        </div>
      )}
    >
      {children}
    </Boundary>
  );
}
