import type { InboxState } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { useReadable } from './use-readable.js';

/** The list of the own threads. */
export function useThreads(): InboxState {
  return useReadable(useHoldfast().inbox);
}
