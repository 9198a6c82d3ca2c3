import type { ReactNode } from 'react';
import { Boundary } from './boundary.js';

/** The last resort: a page that needs nothing of what failed. */
export function AppBoundary({ children }: { children: ReactNode }) {
  return (
    <Boundary
      fallback={({ retry }) => (
        <main className="hf-app-fallback" role="alert" data-testid="app-fallback">
          <h1>This page stopped working</h1>
          <p>Your messages are safe on the server. What you typed is kept on this device.</p>
          <p>
            <button type="button" onClick={retry}>
              Try again
            </button>{' '}
            <button
              type="button"
              onClick={() => {
                location.reload();
              }}
            >
              Reload the page
            </button>
          </p>
        </main>
      )}
    >
      {children}
    </Boundary>
  );
}
