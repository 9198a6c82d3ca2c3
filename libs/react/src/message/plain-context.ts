import { createContext } from 'react';

/** True where messages are drawn as plain text, because too many of them could not be formatted. */
export const PlainContext = createContext(false);
