import { createContext } from 'react';
import { Ladder } from './ladder.js';

/** The ladder of the page. One for all, whatever is mounted anew; another one is given in tests only. */
export const LadderContext = createContext(new Ladder());
