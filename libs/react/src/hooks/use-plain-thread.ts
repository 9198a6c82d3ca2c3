import { useCallback, useContext, useState, useSyncExternalStore } from 'react';
import { LadderContext } from '../ladder/ladder-context.js';
import { pageIsSafe } from '../ladder/safe-mode.js';

/**
 * True if so many messages of a thread cannot be formatted that all of them are better drawn as plain text, or if the
 * page comes up in safe mode.
 */
export function usePlainThread(threadId: string, shown: number): boolean {
  const ladder = useContext(LadderContext);
  const [isSafe] = useState(pageIsSafe);
  const read = useCallback(() => ladder.isPlain(threadId, shown), [ladder, threadId, shown]);
  return useSyncExternalStore(ladder.subscribe, read, read) || isSafe;
}
