/** Hints from the environment. They start a check earlier; nothing is decided by them alone. */
export interface Signals {
  /** False if the environment is sure that there is no network. */
  online(): boolean;
  /** False while nobody can see the page. */
  visible(): boolean;
  /** Called when the network came back, or the page became visible again. Returns how to stop listening. */
  onWake(listener: () => void): () => void;
}

interface BrowserScope {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
  readonly navigator?: { readonly onLine?: boolean };
  readonly document?: BrowserScope & { readonly visibilityState?: string };
}

/** {@link Signals} of a browser page; outside a browser it is always online and never wakes. */
export function browserSignals(scope: BrowserScope = globalThis as unknown as BrowserScope): Signals {
  return {
    online: () => scope.navigator?.onLine !== false,
    visible: () => scope.document?.visibilityState !== 'hidden',
    onWake: (listener) => {
      const visible = (): void => {
        if (scope.document?.visibilityState === 'visible') listener();
      };
      scope.addEventListener?.('online', listener);
      scope.addEventListener?.('pageshow', visible);
      scope.document?.addEventListener?.('visibilitychange', visible);
      return () => {
        scope.removeEventListener?.('online', listener);
        scope.removeEventListener?.('pageshow', visible);
        scope.document?.removeEventListener?.('visibilitychange', visible);
      };
    },
  };
}
