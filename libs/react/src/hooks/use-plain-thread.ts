import { useCallback, useContext, useSyncExternalStore } from 'react';
import { LadderContext } from '../ladder/ladder-context.js';

/** True if so many messages of a thread cannot be formatted that all of them are better drawn as plain text. */
export function usePlainThread(threadId: string, shown: number): boolean {
  const ladder = useContext(LadderContext);
  const read = useCallback(() => ladder.isPlain(threadId, shown), [ladder, threadId, shown]);
  return useSyncExternalStore(ladder.subscribe, read, read);
}
