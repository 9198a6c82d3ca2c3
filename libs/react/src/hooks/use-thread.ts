import type { RunStream, ThreadState } from '@holdfast/client';
import { useEffect } from 'react';
import { useHoldfast } from '../provider.js';
import { useReadable } from './use-readable.js';

/** One thread, kept open and up to date while the component is mounted. */
export function useThread(threadId: string): ThreadState {
  const client = useHoldfast();
  useEffect(() => client.openThread(threadId), [client, threadId]);
  return useReadable(client.threads.get(threadId));
}

/** A run of a thread that is open elsewhere; null once it ended, or if it is not known. */
export function useRun(threadId: string, runId: string): RunStream | null {
  return useReadable(useHoldfast().threads.get(threadId)).runs.get(runId) ?? null;
}
