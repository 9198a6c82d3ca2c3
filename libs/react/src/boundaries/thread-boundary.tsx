import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';
import { FallbackHeading } from './fallback-heading.js';
import { ReportButton } from './report-button.js';

export interface ThreadBoundaryProps {
  readonly children: ReactNode;
  readonly threadId: string;
  /** Changes when the thread is read anew. */
  readonly revision: string | number;
  /** Reads the thread from the server again. */
  readonly onRefetch: () => void;
  /** The conversation as plain lines, drawn if it cannot be shown otherwise. */
  readonly transcript: () => readonly string[];
}

/** Keeps a list of messages that fails from taking the rest with it: the composer goes outside and stays usable. */
export function ThreadBoundary({ children, threadId, revision, onRefetch, transcript }: ThreadBoundaryProps) {
  return (
    <Boundary
      level="thread"
      scope={threadId}
      resetKey={revision}
      fallback={({ error, retry, retrying }) => (
        <section className="hf hf-fallback hf-fallback--thread" role="alert" data-testid="thread-fallback">
          <FallbackHeading as="h2">This conversation could not be shown</FallbackHeading>
          <p className="hf hf-fallback__words">
            Nothing is lost. You can go on writing{retrying ? '; it is tried again in a moment' : ''}.
          </p>
          <div className="hf hf-fallback__actions">
            <button type="button" onClick={retry}>
              Try again
            </button>
            <button
              type="button"
              onClick={() => {
                onRefetch();
                retry();
              }}
            >
              Load it anew
            </button>
            <ReportButton error={error} level="thread" />
          </div>
          <details>
            <summary>Show as plain text</summary>
            <pre>{lines(transcript)}</pre>
          </details>
        </section>
      )}
    >
      {children}
    </Boundary>
  );
}

/** What cannot be written down is left out rather than taking the fallback with it. */
function lines(transcript: () => readonly string[]): string {
  try {
    return transcript().join('\n');
  } catch {
    return 'The text cannot be read either.';
  }
}
