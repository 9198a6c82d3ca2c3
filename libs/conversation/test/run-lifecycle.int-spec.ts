import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partsText, type LogEvent } from '@holdfast/contracts';
import fc from 'fast-check';
import { cancelRun, claimRun, commitChunks, finishRun, releaseRun, type ClaimedRun } from '../src/index.js';
import { fixture, log, type Fixture } from './fixture.js';
import { abandon, asked, LEASE, parts } from './run-kit.js';

const STORIES = 60;
/** Must be told even where time runs out; two cores at a load of 16 tell ten times as many in that time. */
const LEAST_STORIES = 15;

/**
 * One run and two workers. A worker is honest, but may be frozen, may lose any answer, and then repeats its call: what a
 * real one does. `truth` is what Postgres must hold after each step.
 */
interface Worker {
  claim: ClaimedRun | undefined;
  /** What it knows to be committed. */
  committed: string;
  /** What it sent without an answer: it sends the same again before anything else. */
  unknown: string | undefined;
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), who: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), who: fc.nat(1) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      who: fc.nat(1),
      text: fc.constantFrom('a', 'bc', '', 'def'),
      lost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), who: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), who: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      who: fc.nat(1),
      text: fc.constantFrom('', 'z'),
      lost: fc.boolean(),
      outcome: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    }),
  },
);

describe('a run between two workers', () => {
  let f: Fixture;
  beforeAll(async () => {
    f = await fixture();
  }, 60_000);
  afterAll(() => f.close());

  it('has one owner, one text and one end, whatever is lost, frozen or repeated', async () => {
    let finished = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fc.boolean(), async (steps, continues) => {
        const { threadId, runId } = await asked(f);
        const workers: Worker[] = [0, 1].map(() => ({ claim: undefined, committed: '', unknown: undefined }));
        let attempt = 0;
        let text = '';
        let end: string | undefined;
        let isFree = true;
        let isReleased = false;

        for (const action of steps) {
          const worker = workers[action.who];
          if (worker === undefined) throw new Error('no such worker');
          const mine = worker.claim;
          const owns = mine?.attempt === attempt && attempt > 0 && !isReleased;
          switch (action.do) {
            case 'claim': {
              const outcome = await claimRun(f.db, {
                runId,
                owner: `w${String(action.who)}`,
                leaseMs: LEASE,
                canContinue: () => continues,
              });
              if (end !== undefined) expect(outcome.status).toBe('ended');
              else if (!isFree) expect(outcome.status).toBe('leased');
              else {
                if (outcome.status !== 'claimed') throw new Error(outcome.status);
                expect(outcome.run.attempt).toBe(attempt + 1);
                attempt += 1;
                if (!continues) text = '';
                expect(partsText(outcome.run.prefix)).toBe(text);
                expect(outcome.run.base).toBe(text.length);
                isFree = false;
                isReleased = false;
                Object.assign(worker, { claim: outcome.run, committed: text, unknown: undefined });
              }
              break;
            }
            case 'expire':
              if (end !== undefined || attempt === 0) break;
              await abandon(f, runId);
              isFree = true;
              break;
            case 'commit': {
              if (mine === undefined) break;
              const sent = worker.unknown ?? action.text;
              const write = {
                ...{ runId, attempt: mine.attempt, off: worker.committed.length },
                parts: sent === '' ? [] : parts(sent),
              };
              const [outcome] = await commitChunks(f.db, [write], LEASE);
              if (end !== undefined) expect(['ended', 'fenced']).toContain(outcome?.status);
              else if (!owns) expect(outcome?.status).toBe('fenced');
              else {
                expect(['accepted', 'already']).toContain(outcome?.status);
                text = worker.committed + sent;
                isFree = false;
                if (action.lost) worker.unknown = sent;
                else Object.assign(worker, { committed: text, unknown: undefined });
              }
              break;
            }
            case 'release': {
              if (mine === undefined) break;
              const released = await releaseRun(f.db, mine);
              // Its answer may have been lost: it may say so twice.
              expect(released).toBe(mine.attempt === attempt && end === undefined);
              if (released) isFree = isReleased = true;
              break;
            }
            case 'cancel': {
              const outcome = await cancelRun(f.db, f.alice, runId);
              if (end !== undefined) expect(outcome.status).toBe(end);
              else if (isFree) {
                expect(outcome.status).toBe('cancelled');
                end = 'cancelled';
              } else expect(outcome).toMatchObject({ status: 'running', hint: true });
              break;
            }
            case 'finish': {
              if (mine === undefined) break;
              const rest = worker.unknown ?? action.text;
              const request = {
                ...{ runId, attempt: mine.attempt, off: worker.committed.length, outcome: action.outcome },
                parts: rest === '' ? [] : parts(rest),
              };
              const outcome = await finishRun(f.db, request);
              if (end !== undefined) expect(outcome).toEqual({ status: 'ended', outcome: end });
              else if (!owns) expect(outcome.status).toBe('fenced');
              else {
                expect(outcome.status).toBe('finished');
                text = worker.committed + rest;
                end = action.outcome;
                // Its answer lost, it asks again and learns of its own end.
                if (action.lost) expect(await finishRun(f.db, request)).toEqual({ status: 'ended', outcome: end });
              }
              break;
            }
          }
        }
        expectTold(await log(f.db, threadId), { runId, text, end });
        finished += 1;
      }),
      { numRuns: STORIES, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
    );
    expect(finished).toBeGreaterThanOrEqual(LEAST_STORIES);
  }, 60_000);
});

function expectTold(
  events: readonly LogEvent[],
  { runId, text, end }: { readonly runId: string; readonly text: string; readonly end: string | undefined },
): void {
  const ends = events.flatMap((event) =>
    event.type === 'run.ended' && event.data.runId === runId ? [event.data] : [],
  );
  expect(ends.map(({ outcome }) => outcome)).toEqual(end === undefined ? [] : [end]);
  const [ending] = ends;
  if (ending === undefined) return;
  expect(ending.length).toBe(text.length);
  const message = events.find(({ id }) => id === ending.messageId);
  const told = message?.type === 'message.sent' ? partsText(message.data.body?.parts ?? []) : '';
  expect(told).toBe(text);
}
