import { Store, type Readable } from '../support/store.js';

/** Where small texts are kept, such as `localStorage`. It may throw: then they live as long as the page. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What was typed and not sent, per thread, kept with every keystroke. */
export class Drafts {
  readonly #storage: TextStorage | null;
  readonly #prefix: string;
  readonly #drafts = new Map<string, Store<string>>();

  /** @param scope tells owners apart, such as tenant and user; drafts of another owner are never read. */
  constructor(storage: TextStorage | null, scope: string) {
    this.#storage = storage;
    this.#prefix = `holdfast.draft.${scope}.`;
  }

  of(threadId: string): Readable<string> {
    return this.#store(threadId);
  }

  set(threadId: string, text: string): void {
    this.#store(threadId).set(text);
    try {
      if (text === '') this.#storage?.removeItem(this.#prefix + threadId);
      else this.#storage?.setItem(this.#prefix + threadId, text);
    } catch {
      // Full or forbidden storage: the draft stays in memory.
    }
  }

  #store(threadId: string): Store<string> {
    let store = this.#drafts.get(threadId);
    if (store === undefined) {
      store = new Store(this.#read(threadId));
      this.#drafts.set(threadId, store);
    }
    return store;
  }

  #read(threadId: string): string {
    try {
      return this.#storage?.getItem(this.#prefix + threadId) ?? '';
    } catch {
      return '';
    }
  }
}
