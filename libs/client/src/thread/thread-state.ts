/**
 * Everything a client knows of one thread, and how what arrives changes it. Pure.
 *
 * The equation behind it: the state after any sequence of lost, doubled and reordered events plus pulls equals the
 * state of a fresh fetch.
 */
import type { LogEventOf, Member, ThreadSummary } from '@holdfast/contracts';
import type { CachedThread } from '../cache/thread-cache.port.js';
import {
  applyAttempt,
  applyChunk,
  applyEnded,
  applyFollow,
  applyLive,
  applySnapshot,
  applyStarted,
  newRun,
  type RunStream,
} from '../run/run-stream.js';
import type { ClientEvent, ClientEventPage, IncomingEvent, RunAnswer, ThreadAnswer } from '../wire/schemas.js';
import {
  EMPTY_LOG,
  mergeEvents,
  prependEvents,
  raiseHead,
  resetLog,
  settleHead,
  type LogStep,
  type ThreadLog,
} from './thread-log.js';
import { EMPTY_TIMELINE, foldTimeline, type Timeline } from './timeline.js';

/** Whether the thread can be shown: `denied` = no such thread for this person; `removed`, `deleted` = it was closed. */
export type ThreadAccess = 'loading' | 'open' | 'denied' | 'removed' | 'deleted';

export interface ThreadState {
  readonly threadId: string;
  readonly access: ThreadAccess;
  readonly log: ThreadLog;
  readonly timeline: Timeline;
  readonly members: readonly Member[];
  /** As last told by the server, with later renames folded in; null until opened. */
  readonly summary: ThreadSummary | null;
  /** Runs that have not ended in the log, by id. */
  readonly runs: ReadonlyMap<string, RunStream>;
  /** Who types now, with the end of it in ms since the Unix epoch. */
  readonly typing: ReadonlyMap<string, number>;
  /** A page of older events is being fetched. */
  readonly loadingOlder: boolean;
}

export type RunEvent = Extract<IncomingEvent, { name: 'run.attempt' | 'run.chunk' | 'run.snapshot' | 'run.ended' }>;

export function newThread(threadId: string): ThreadState {
  return {
    threadId,
    access: 'loading',
    log: EMPTY_LOG,
    timeline: EMPTY_TIMELINE,
    members: [],
    summary: null,
    runs: new Map(),
    typing: new Map(),
    loadingOlder: false,
  };
}

function withStep(state: ThreadState, { log, appended, rebuilt }: LogStep): ThreadState {
  if (log === state.log) return state;
  const timeline = rebuilt ? foldTimeline(EMPTY_TIMELINE, log.events) : foldTimeline(state.timeline, appended);
  return appended.reduce(applySideEffects, { ...state, log, timeline });
}

/** Shows what the device kept, until the server answers; what it answered already is not touched. */
export function applyCached(state: ThreadState, cached: CachedThread): ThreadState {
  if (state.access !== 'loading' || state.log.epoch !== null) return state;
  const { epoch, base, events, members, summary } = cached;
  const start = { ...EMPTY_LOG, epoch, base, last: base, head: base };
  const shown = withStep({ ...state, members, summary }, { ...mergeEvents(start, events), rebuilt: true });
  // Whether a run still works, only the server knows.
  return { ...shown, members, summary, runs: new Map() };
}

/** What an event changes beside the timeline. Every case is idempotent, since a fetched state may include it already. */
function applySideEffects(state: ThreadState, event: ClientEvent): ThreadState {
  switch (event.type) {
    case 'member.added':
      return { ...state, members: addMember(state.members, event) };
    case 'member.removed':
      return { ...state, members: state.members.filter(({ userId }) => userId !== event.data.userId) };
    case 'thread.renamed':
      return state.summary === null ? state : { ...state, summary: { ...state.summary, title: event.data.title } };
    case 'thread.archived':
      return state.summary === null ? state : { ...state, summary: { ...state.summary, ...event.data } };
    case 'run.started': {
      const { runId, agentId } = event.data;
      return changeRun(state, runId, (run) => applyStarted(run, agentId, Date.parse(event.at)));
    }
    case 'run.ended':
      return { ...state, runs: without(state.runs, event.data.runId) };
    case 'message.sent': {
      const { senderId } = event;
      return senderId !== null && state.typing.has(senderId)
        ? { ...state, typing: without(state.typing, senderId) }
        : state;
    }
    default:
      return state;
  }
}

function addMember(members: readonly Member[], event: LogEventOf<'member.added'>): readonly Member[] {
  if (members.some(({ userId }) => userId === event.data.userId)) return members;
  return [...members, { ...event.data, joinedAt: event.at }];
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Changes one run, made if unknown; runs whose end the log holds are past changing. */
function changeRun(state: ThreadState, runId: string, change: (run: RunStream) => RunStream): ThreadState {
  if (state.timeline.endedRuns.has(runId)) return state;
  const before = state.runs.get(runId);
  const after = change(before ?? newRun(runId, null));
  return after === before ? state : { ...state, runs: new Map(state.runs).set(runId, after) };
}

/** Events of a broadcast. Those of another epoch belong to another history: the caller opens the thread anew. */
export function applyEvents(state: ThreadState, events: readonly ClientEvent[]): ThreadState {
  return withStep(state, mergeEvents(state.log, events));
}

export function applyHead(state: ThreadState, head: number): ThreadState {
  const log = raiseHead(state.log, head);
  return log === state.log ? state : { ...state, log };
}

/** A page after the last event. */
export function applyPage(state: ThreadState, page: ClientEventPage): ThreadState {
  return applyHead(applyEvents(state, page.events), page.head);
}

/** A page before the first event. */
export function applyHistory(state: ThreadState, page: ClientEventPage): ThreadState {
  const log = prependEvents(state.log, page.events);
  if (log === state.log) return state;
  return { ...state, log, timeline: foldTimeline(EMPTY_TIMELINE, log.events) };
}

/**
 * The answer of an open or resume. `asked` are the runs that were held when the question was put: what is not among
 * the live ones of the answer has ended since, and its message is in the log.
 */
export function applyAnswer(state: ThreadState, answer: ThreadAnswer, asked: ReadonlySet<string>): ThreadState {
  if (answer.status === 'pending') return state;
  if (answer.status === 'denied') return { ...newThread(state.threadId), access: 'denied' };
  // An answer that was read before events that are held already must not undo what those changed.
  const current = answer.status === 'reset' || answer.epoch !== state.log.epoch || answer.head >= state.log.last;
  const facts = current ? { members: answer.members, summary: answer.thread } : {};
  const base: ThreadState = { ...state, access: 'open', ...facts };
  const anew = answer.status === 'reset' || answer.epoch !== state.log.epoch;
  let next = anew
    ? withStep({ ...base, runs: keepable(state, answer.epoch) }, resetLog(state.log, answer))
    : applyHead(withStep(base, mergeEvents(state.log, answer.events)), answer.head);
  const live = new Set(answer.runs.map(({ runId }) => runId));
  const complete = answer.status === 'reset' || !answer.more;
  next = { ...next, log: settleHead(next.log, answer.head) };
  const started = answer.events.flatMap((event) => (event.type === 'run.started' ? [event.data.runId] : []));
  const over = complete ? [...asked, ...started].filter((runId) => !live.has(runId)) : [];
  for (const runId of over) next = forgetRun(next, runId);
  for (const run of answer.runs) next = changeRun(next, run.runId, (held) => applyLive(held, run));
  return next;
}

/** A reset drops the log, not the text of runs of the same history: it is merged, so that a replacement is marked. */
function keepable(state: ThreadState, epoch: string): ThreadState['runs'] {
  return state.log.epoch === null || state.log.epoch === epoch ? state.runs : new Map();
}

export function applyRunEvent(state: ThreadState, event: RunEvent): ThreadState {
  const { runId } = event.payload;
  if (event.name === 'run.ended' && !state.runs.has(runId)) return state;
  return changeRun(state, runId, (run) => {
    switch (event.name) {
      case 'run.attempt':
        return applyAttempt({ ...run, agentId: event.payload.agentId }, event.payload);
      case 'run.chunk':
        return applyChunk(run, event.payload);
      case 'run.snapshot':
        return applySnapshot(run, event.payload.attempt, event.payload.parts);
      case 'run.ended':
        return applyEnded(run, event.payload.outcome);
    }
  });
}

/** An answer about a run; a run that may not be seen is forgotten. */
export function applyRunAnswer(state: ThreadState, answer: RunAnswer): ThreadState {
  if (!state.runs.has(answer.runId)) return state;
  if (answer.status === 'denied') return { ...state, runs: without(state.runs, answer.runId) };
  return changeRun(state, answer.runId, (run) => applyFollow(run, answer));
}

/** The server said that this run waits to answer a message. */
export function applyQueued(state: ThreadState, runId: string): ThreadState {
  return state.runs.has(runId)
    ? state
    : changeRun(state, runId, (run) => ({ ...run, agentId: state.summary?.agentId ?? null }));
}

/** Gives up a run that ended without its end ever reaching the log. */
export function forgetRun(state: ThreadState, runId: string): ThreadState {
  return state.runs.has(runId) ? { ...state, runs: without(state.runs, runId) } : state;
}

export function applyTyping(state: ThreadState, userId: string, until: number | null): ThreadState {
  if (until === null) return state.typing.has(userId) ? { ...state, typing: without(state.typing, userId) } : state;
  return { ...state, typing: new Map(state.typing).set(userId, until) };
}
