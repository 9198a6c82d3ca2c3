import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyAttempt,
  applyChunk,
  applyFollow,
  applyLive,
  applySnapshot,
  isRunBehind,
  newRun,
  type RunStream,
} from '../src/run/run-stream.js';
import { appendParts, sliceParts, viewLength, viewText, type ViewPart } from '../src/wire/parts.js';

const text = (value: string): ViewPart[] => [{ type: 'text', text: value }];
const call: ViewPart = { type: 'tool_call', callId: 'c', tool: 'clock', args: {} };

describe('RunStream', () => {
  it('takes chunks in any order, once', () => {
    let run = applyAttempt(newRun('r', null), { attempt: 1, base: 0 });
    run = applyChunk(run, { attempt: 1, off: 3, parts: text('def') });
    expect(isRunBehind(run)).toBe(true);
    run = applyChunk(run, { attempt: 1, off: 0, parts: text('abc') });
    run = applyChunk(run, { attempt: 1, off: 2, parts: text('cd') });
    expect(viewText(run.parts)).toBe('abcdef');
    expect(isRunBehind(run)).toBe(false);
  });

  it('keeps what a later attempt keeps, and marks what it replaces', () => {
    const first = applyChunk(newRun('r', null), { attempt: 1, off: 0, parts: text('one two') });
    const kept = applyAttempt(first, { attempt: 2, base: 7 });
    expect([viewText(kept.parts), kept.resets]).toEqual(['one two', 0]);
    const replaced = applyAttempt(first, { attempt: 2, base: 3 });
    expect([viewText(replaced.parts), replaced.resets]).toEqual(['one', 1]);
    expect(applyChunk(replaced, { attempt: 1, off: 3, parts: text(' two') })).toBe(replaced);
  });

  it('does not take its own text for that of an attempt it never saw', () => {
    const first = applyChunk(newRun('r', null), { attempt: 1, off: 0, parts: text('one two') });
    const third = applyAttempt(first, { attempt: 3, base: 4 });
    expect([viewText(third.parts), third.attempt, isRunBehind(third)]).toEqual(['one two', 1, true]);
    const told = applyFollow(third, { status: 'snapshot', runId: 'r', attempt: 3, off: 0, parts: text('uno dos') });
    expect([viewText(told.parts), told.attempt, told.resets, isRunBehind(told)]).toEqual(['uno dos', 3, 1, false]);
  });

  it('follows a run that a resume lists without its text, and keeps what it shows until then', () => {
    const held = applyChunk(newRun('r', null), { attempt: 1, off: 0, parts: text('one two') });
    const listed = { runId: 'r', threadId: 't', agentId: 'a', status: 'running' as const, startedAt: null };
    for (const [attempt, off, behind] of [
      [1, 5, false],
      [1, 7, false],
      [1, 9, true],
      [2, 5, true],
    ] as const) {
      const run = applyLive(held, { ...listed, attempt, off, parts: [] });
      expect([viewText(run.parts), run.attempt, run.resets, isRunBehind(run)]).toEqual(['one two', 1, 0, behind]);
    }
  });

  it('counts a tool card as one unit', () => {
    let run = applyChunk(newRun('r', null), { attempt: 1, off: 0, parts: [...text('ab'), call] });
    run = applyChunk(run, { attempt: 1, off: 2, parts: [call, ...text('c')] });
    expect(run.parts).toEqual([...text('ab'), call, ...text('c')]);
    expect(run.length).toBe(4);
  });

  it('is not led back by an old snapshot', () => {
    const run = applyChunk(newRun('r', null), { attempt: 2, off: 0, parts: text('abcdef') });
    expect(viewText(applySnapshot(run, 2, text('abc')).parts)).toBe('abcdef');
    expect(viewText(applySnapshot(run, 1, text('other text')).parts)).toBe('abcdef');
  });

  it('shows a prefix of the current attempt at every moment and the whole after a follow', () => {
    const piece = fc.oneof(fc.string({ minLength: 1, maxLength: 4 }).map(text), fc.constant<ViewPart[]>([call]));
    const happening = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('chunk' as const), parts: piece }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('attempt' as const), keep: fc.nat(12) }) },
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), fc.infiniteStream(fc.nat(9)), (happenings, luck) => {
        let parts: ViewPart[] = [];
        let attempt = 1;
        const byAttempt = new Map<number, ViewPart[]>();
        let run: RunStream = newRun('r', null);
        const late: ((run: RunStream) => RunStream)[] = [(held) => applyAttempt(held, { attempt: 1, base: 0 })];
        const check = (): void => {
          const truth = byAttempt.get(run.attempt) ?? [];
          expect(run.parts).toEqual(sliceParts(truth, 0, run.length));
          expect(run.length).toBe(viewLength(run.parts));
        };
        for (const event of happenings) {
          if (event.kind === 'attempt') {
            attempt += 1;
            parts = sliceParts(parts, 0, event.keep);
            const [base, number] = [viewLength(parts), attempt];
            late.push((held) => applyAttempt(held, { attempt: number, base }));
          } else {
            const [off, number] = [viewLength(parts), attempt];
            parts = appendParts(parts, event.parts);
            late.push((held) => applyChunk(held, { attempt: number, off, parts: event.parts }));
          }
          byAttempt.set(attempt, parts);
          const fate = Number(luck.next().value);
          // Lost, delivered out of order, delivered twice, or delivered.
          if (fate === 0) late.pop();
          if (fate >= 4) for (const deliver of late.splice(0).reverse()) run = deliver(run);
          if (fate === 9 && late[0]) run = late[0](run);
          check();
        }
        const current = attempt === run.attempt && run.length <= viewLength(parts);
        run = applyFollow(
          run,
          current
            ? { status: 'tail', runId: 'r', attempt, off: run.length, parts: sliceParts(parts, run.length) }
            : { status: 'snapshot', runId: 'r', attempt, off: 0, parts },
        );
        expect(run.parts).toEqual(parts);
        expect(isRunBehind(run)).toBe(false);
        // What the server has not read yet is asked for again.
        expect(isRunBehind(applyFollow(run, { status: 'pending', runId: 'r', retryAfterMs: 1 }))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
