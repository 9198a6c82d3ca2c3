import { Window } from 'happy-dom';

/** A page for components under test; `close` takes it away again. */
export function openPage(): { readonly root: HTMLElement; readonly close: () => Promise<void> } {
  const window = new Window({ url: 'https://chat.example/' });
  const names = ['window', 'document', 'navigator', 'HTMLElement', 'Node', 'Event', 'sessionStorage', 'localStorage'];
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const name of names) {
    const value: unknown = name === 'window' ? window : (window as unknown as Record<string, unknown>)[name];
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  }
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const root = window.document.createElement('div');
  window.document.body.append(root);
  return {
    root: root as unknown as HTMLElement,
    close: async () => {
      await window.happyDOM.close();
      for (const [name, descriptor] of before) {
        if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
        else Object.defineProperty(globalThis, name, descriptor);
      }
    },
  };
}
