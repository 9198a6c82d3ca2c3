import type { ErrorReporter } from './error-reporter.js';
import { fingerprint } from './fingerprint.js';

/** The part of a window that is listened to. */
interface EventSource {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/** Reports what nobody caught, and hands over what waits when the page is hidden, until the returned function is called. */
export function watchWindow(
  reporter: ErrorReporter,
  scope: EventSource = globalThis as unknown as EventSource,
): () => void {
  const pass = (error: unknown, kind: 'uncaught' | 'rejection'): void => {
    reporter.report({ error, level: 'app', kind, fingerprint: fingerprint(error, 'app') });
  };
  const listeners: Readonly<Record<string, (event: Event) => void>> = {
    error: (event) => {
      // Without an error it is a resource that did not load.
      const { error } = event as Event & { readonly error?: unknown };
      if (error !== undefined && error !== null) pass(error, 'uncaught');
    },
    unhandledrejection: (event) => {
      pass((event as Event & { readonly reason?: unknown }).reason, 'rejection');
    },
    pagehide: () => {
      reporter.onHide();
    },
  };
  for (const [type, listener] of Object.entries(listeners)) scope.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) scope.removeEventListener(type, listener);
  };
}
