import { fingerprint } from '@holdfast/client';
import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';
import { FallbackHeading } from './fallback-heading.js';
import { ReloadButton } from './reload-button.js';
import { ReportButton } from './report-button.js';

export interface AppBoundaryProps {
  readonly children: ReactNode;
  /** Gives the person a file of what was not sent. It must not need anything that this boundary contains. */
  readonly onExport?: () => void;
}

/** The last resort: a page that needs nothing of what failed. */
export function AppBoundary({ children, onExport }: AppBoundaryProps) {
  return (
    <Boundary
      level="app"
      scope="page"
      fallback={({ error, retry }) => (
        <main className="hf hf-fallback hf-fallback--app" role="alert" data-testid="app-fallback">
          <FallbackHeading as="h1">This page stopped working</FallbackHeading>
          <p className="hf hf-fallback__words">
            Your messages are safe on the server. What you typed is kept on this device.
          </p>
          <div className="hf hf-fallback__actions">
            <button type="button" onClick={retry}>
              Try again
            </button>
            <ReloadButton />
            {onExport !== undefined && (
              <button type="button" onClick={onExport}>
                Save unsent messages
              </button>
            )}
            <ReportButton error={error} level="app" />
          </div>
          <p className="hf-fallback__id">Fault {fingerprint(error, 'app')}</p>
        </main>
      )}
    >
      {children}
    </Boundary>
  );
}
