import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';

export interface MessageBoundaryProps {
  readonly children: ReactNode;
  /** The message's text, shown plainly if its rendering fails. */
  readonly text: string;
  /** Changes with the message's content. */
  readonly revision: string | number;
}

/** Keeps one message that cannot be rendered from taking the others with it: its plain text is shown. */
export function MessageBoundary({ children, text, revision }: MessageBoundaryProps) {
  return (
    <Boundary
      resetKey={revision}
      fallback={({ retry }) => (
        <div className="hf-message-fallback" data-testid="message-fallback">
          <pre>{text}</pre>
          <p>
            This message could not be formatted.{' '}
            <button type="button" onClick={retry}>
              Try again
            </button>
          </p>
        </div>
      )}
    >
      {children}
    </Boundary>
  );
}
