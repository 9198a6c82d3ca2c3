/** A value that changes over time; the shape that `useSyncExternalStore` wants. Both functions may be passed unbound. */
export interface Readable<T> {
  readonly getSnapshot: () => T;
  readonly subscribe: (listener: () => void) => () => void;
}

/** A {@link Readable} that its owner sets. Listeners are told after the change, and never about an equal value. */
export class Store<T> implements Readable<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(initial: T) {
    this.#value = initial;
  }

  readonly getSnapshot = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(next: T): void {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const listener of [...this.#listeners]) isolate(listener);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }
}

/** A throwing listener must not starve the others or break the caller; its fault surfaces as an uncaught error. */
export function isolate(run: () => void): void {
  try {
    run();
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
