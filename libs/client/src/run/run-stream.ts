/**
 * One run's output as a client holds it, and every way it changes. Pure.
 *
 *   queued ──attempt──▶ running ──▶ ended;  each higher attempt keeps the first `base` units and may replace the rest.
 *
 * Guarantee: `parts` is at any time a prefix of what the current attempt committed. Text that was shown goes away only
 * by a higher attempt, and then `resets` grows, so that a view can mark it.
 */
import type { RunOutcome } from '@holdfast/contracts';
import { appendParts, sliceParts, startsWithParts, viewLength, type ViewPart } from '../wire/parts.js';
import type { ClientLiveRun, RunAnswer } from '../wire/schemas.js';

interface HeldChunk {
  readonly attempt: number;
  readonly off: number;
  readonly parts: readonly ViewPart[];
}

export interface RunStream {
  readonly runId: string;
  readonly agentId: string | null;
  readonly status: 'queued' | 'running' | 'ended';
  /** 0 before the first attempt. */
  readonly attempt: number;
  readonly parts: readonly ViewPart[];
  /** Length of `parts` in offset units. */
  readonly length: number;
  /** How often shown text was replaced. */
  readonly resets: number;
  /** Server time, ms since the Unix epoch; null while queued. */
  readonly startedAt: number | null;
  /** Set once `status` is `ended`. */
  readonly outcome: RunOutcome | null;
  /** Chunks beyond what is held; not empty = something is missing. */
  readonly held: readonly HeldChunk[];
  /** A higher attempt or a longer text is known to exist. */
  readonly behind: boolean;
}

const MAX_HELD = 64;

export function newRun(runId: string, agentId: string | null): RunStream {
  return {
    runId,
    agentId,
    status: 'queued',
    attempt: 0,
    parts: [],
    length: 0,
    resets: 0,
    startedAt: null,
    outcome: null,
    held: [],
    behind: false,
  };
}

/** True if the server has to be asked for what is missing. */
export function isRunBehind(run: RunStream): boolean {
  return run.status !== 'ended' && (run.behind || run.held.length > 0);
}

function withParts(run: RunStream, attempt: number, parts: readonly ViewPart[]): RunStream {
  const joined = appendParts([], parts);
  const replaced = !startsWithParts(joined, run.parts);
  return {
    ...run,
    status: run.status === 'ended' ? 'ended' : 'running',
    attempt,
    parts: joined,
    length: viewLength(joined),
    resets: replaced ? run.resets + 1 : run.resets,
    behind: run.behind && attempt <= run.attempt,
  };
}

/** Takes what `held` now fits, and forgets what is covered. */
function settle(run: RunStream): RunStream {
  let next = run;
  let moved = true;
  while (moved) {
    moved = false;
    for (const chunk of next.held) {
      if (chunk.attempt !== next.attempt || chunk.off > next.length) continue;
      next = extend({ ...next, held: next.held.filter((other) => other !== chunk) }, chunk);
      moved = true;
      break;
    }
  }
  const { attempt, length } = next;
  const isAhead = (chunk: HeldChunk): boolean =>
    chunk.attempt > attempt || (chunk.attempt === attempt && chunk.off > length);
  return { ...next, held: next.held.filter(isAhead) };
}

/** Appends the part of a chunk that lies beyond `length`; the chunk begins at or before it. */
function extend(run: RunStream, { attempt, off, parts }: HeldChunk): RunStream {
  const fresh = sliceParts(parts, run.length - off);
  if (fresh.length === 0) return run;
  // Growing needs no comparison with what was shown: this runs for every chunk.
  const grown = { parts: appendParts(run.parts, fresh), length: run.length + viewLength(fresh) };
  return { ...run, ...grown, attempt, status: 'running' };
}

export function applyAttempt(run: RunStream, { attempt, base }: { attempt: number; base: number }): RunStream {
  if (run.status === 'ended' || attempt <= run.attempt) return run;
  // What is kept may be text of an attempt between, which was never here.
  if (attempt > run.attempt + 1 && base > 0) return { ...run, behind: true };
  const cut = withParts(run, attempt, sliceParts(run.parts, 0, base));
  return settle({ ...cut, behind: base > cut.length });
}

export function applyChunk(run: RunStream, chunk: HeldChunk): RunStream {
  if (run.status === 'ended' || chunk.attempt < run.attempt) return run;
  // A new attempt whose announcement was lost: only from offset 0 is nothing of the old text in doubt.
  const begins = chunk.attempt > run.attempt && chunk.off === 0;
  const fits = chunk.attempt === run.attempt && chunk.off <= run.length && !run.behind;
  if (begins) return settle({ ...withParts(run, chunk.attempt, chunk.parts), behind: false });
  if (fits) return settle(extend(run, chunk));
  const held = [...run.held, chunk].sort((a, b) => a.attempt - b.attempt || a.off - b.off).slice(0, MAX_HELD);
  return { ...run, held };
}

/** Everything so far, replacing what is held. A snapshot that is older than what is held changes nothing. */
export function applySnapshot(run: RunStream, attempt: number, parts: readonly ViewPart[]): RunStream {
  if (run.status === 'ended' || attempt < run.attempt) return run;
  if (attempt === run.attempt && viewLength(parts) < run.length) return settle({ ...run, behind: false });
  return settle({ ...withParts(run, attempt, parts), behind: false });
}

/** What `run.follow` or a resume said of the text up to the asked offset. */
export function applyFollow(run: RunStream, answer: RunAnswer): RunStream {
  switch (answer.status) {
    case 'tail': {
      if (run.status === 'ended' || answer.attempt < run.attempt) return run;
      if (answer.attempt === run.attempt && answer.off <= run.length) {
        const chunk = { attempt: answer.attempt, off: answer.off, parts: answer.parts };
        return settle({ ...extend(run, chunk), behind: false });
      }
      if (answer.off > run.length) return { ...run, behind: true };
      const parts = appendParts(sliceParts(run.parts, 0, answer.off), answer.parts);
      return settle({ ...withParts(run, answer.attempt, parts), behind: false });
    }
    case 'snapshot':
      return applySnapshot(run, answer.attempt, answer.parts);
    case 'ended':
      return applyEnded(run, answer.outcome);
    case 'pending':
      // What was not read now has to be asked for again.
      return run.status === 'ended' ? run : { ...run, behind: true };
    case 'denied':
      return run;
  }
}

/** A live run as an open or resume lists it. */
export function applyLive(run: RunStream, live: ClientLiveRun): RunStream {
  const startedAt = live.startedAt === null ? run.startedAt : Date.parse(live.startedAt);
  const known = { ...run, agentId: live.agentId, startedAt };
  if (live.status === 'queued' && live.attempt === 0) return known;
  if (live.off === 0) return applySnapshot(known, live.attempt, live.parts);
  // Its beginning was left out, and what is held of an earlier attempt need not be it.
  if (live.attempt > known.attempt) return { ...known, behind: true };
  return applyFollow(known, { ...live, status: 'tail', off: live.off });
}

export function applyStarted(run: RunStream, agentId: string, startedAt: number): RunStream {
  if (run.status === 'ended') return run;
  return { ...run, agentId, status: 'running', startedAt: run.startedAt ?? startedAt };
}

/** The end is known; the text stays until the log holds the run's message. */
export function applyEnded(run: RunStream, outcome: RunOutcome): RunStream {
  return run.status === 'ended' ? run : { ...run, status: 'ended', outcome, held: [], behind: false };
}
