import { createContext } from 'react';

/** Asks the list to keep a row in the document, although it may be out of view, or no longer to. */
export const PinContext = createContext<(key: string, isPinned: boolean) => void>(() => undefined);
