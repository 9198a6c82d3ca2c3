import type { Part } from '@holdfast/contracts';
import { claimRun, commitChunks, type ClaimedRun } from '../src/index.js';
import { say, text, thread, type Fixture } from './fixture.js';

export const LEASE = 60_000;
export const parts = (value: string): Part[] => text(value).parts;

/** A thread with a question, and the run that waits to answer it. */
export async function asked(f: Fixture): Promise<{ threadId: string; runId: string }> {
  const threadId = await thread(f.db, f.alice, { agent: true });
  const { runId } = await say(f.db, f.alice, threadId, 'what is this?');
  if (runId === undefined) throw new Error('nobody was asked');
  return { threadId, runId };
}

export function claim(
  f: Fixture,
  runId: string,
  options: { leaseMs?: number; continues?: boolean; owner?: string; maxLostAttempts?: number } = {},
) {
  const { leaseMs = LEASE, continues = true, owner = 'worker', ...more } = options;
  return claimRun(f.db, { runId, owner, leaseMs, canContinue: () => continues, ...more });
}

export async function claimed(
  f: Fixture,
  runId: string,
  options: Parameters<typeof claim>[2] = {},
): Promise<ClaimedRun> {
  const outcome = await claim(f, runId, options);
  if (outcome.status !== 'claimed') throw new Error(outcome.status);
  return outcome.run;
}

export async function commit(
  f: Fixture,
  { run, off, value }: { run: { runId: string; attempt: number }; off: number; value: string },
) {
  const [outcome] = await commitChunks(f.db, [{ ...run, off, parts: value === '' ? [] : parts(value) }], LEASE);
  return outcome;
}

/** Lets a lease run out at once, as if its worker had died. */
export async function abandon(f: Fixture, runId: string): Promise<void> {
  await f.db.query({ name: 'abandon', text: 'update chat.run set lease_until = clock_timestamp() where id = $1' }, [
    runId,
  ]);
}
