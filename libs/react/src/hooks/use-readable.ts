import type { Readable } from '@holdfast/client';
import { useSyncExternalStore } from 'react';

/** The current value of a store of the client. */
export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.getSnapshot, readable.getSnapshot);
}
