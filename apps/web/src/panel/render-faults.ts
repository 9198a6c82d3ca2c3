import type { Readable } from '@holdfast/client';
import type { FaultInjector, Level } from '@holdfast/react';

export interface RenderFault {
  readonly level: Level;
  /** Which one of the level, such as a message's id; absent = each. */
  readonly scope?: string;
  /** `program`: it would fail again, so that nothing is tried by itself; `moment`: worth another try. */
  readonly kind: 'program' | 'moment';
}

/** The injector for React's context, as a value that changes with what is injected. */
export class RenderFaults implements Readable<FaultInjector | null> {
  #injector: FaultInjector | null = null;
  readonly #listeners = new Set<() => void>();

  readonly getSnapshot = (): FaultInjector | null => this.#injector;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Breaks what is drawn from now on, until the next call; null = nothing. */
  inject(fault: RenderFault | null): void {
    this.#injector =
      fault === null
        ? null
        : (level, scope) => {
            if (level !== fault.level || (fault.scope !== undefined && fault.scope !== scope)) return;
            const words = `${level} broken by the panel`;
            throw fault.kind === 'program' ? new TypeError(words) : new Error(words);
          };
    for (const listener of [...this.#listeners]) listener();
  }
}
