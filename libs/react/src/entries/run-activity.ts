import type { RunStream } from '@holdfast/client';

/** What a run is doing, in a word or two. */
export function runActivity({ status, parts }: RunStream): string {
  if (status === 'queued') return 'Waiting to answer';
  if (status === 'ended') return 'Finishing';
  const last = parts.at(-1);
  if (last?.type === 'tool_call') return `Using ${last.tool}`;
  return last?.type === 'text' ? 'Writing' : 'Thinking';
}
