import { joinParts, partsLength, type Part, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { FanOut } from '@holdfast/scaling';
import type { HistoryMessage } from '../src/agents/agent.port.js';
import type { Json } from '../src/journal/journal.port.js';
import {
  RunStore,
  type ChunkOutcome,
  type ChunkWrite,
  type ClaimResult,
  type DueWork,
  type EndResult,
  type Recalled,
  type RunClaim,
  type RunEnd,
  type StepKey,
} from '../src/runs/run-store.port.js';

export const silentLogger = createLogger({ app: 'agent-worker', instanceId: 'test', level: 'silent', pretty: false });

/** Remembers what was told, in order. */
export class RecordingFanOut extends FanOut {
  readonly told: { event: string; payload: unknown }[] = [];
  onTold: (event: string, payload: unknown) => void = () => undefined;

  override toThread<N extends ServerEventName>(_target: unknown, event: N, payload: ServerEvent<N>): void {
    this.told.push({ event, payload });
    this.onTold(event, payload);
  }

  override toUser<N extends ServerEventName>(_target: unknown, event: N, payload: ServerEvent<N>): void {
    this.told.push({ event, payload });
  }

  all<N extends ServerEventName>(name: N): ServerEvent<N>[] {
    return this.told.filter(({ event }) => event === name).map(({ payload }) => payload as ServerEvent<N>);
  }
}

/** What the database would know of one run. */
export interface FakeRun {
  attempt: number;
  parts: Part[];
  cancelRequested: boolean;
  end: RunEnd | undefined;
  released: boolean;
}

/** A store in memory with the rules of the real one, and faults on request. */
export class FakeStore extends RunStore {
  readonly runs = new Map<string, FakeRun>();
  readonly commits: (readonly ChunkWrite[])[] = [];
  readonly journal = new Map<string, Json>();
  /** Called before each write; may throw or wait. */
  before: () => Promise<void> | void = () => undefined;
  /** Called after each write; throwing loses the reply. */
  after: () => void = () => undefined;

  claimOf(runId: string, more: Partial<RunClaim> = {}): RunClaim {
    const run = this.runs.get(runId) ?? {
      attempt: 0,
      parts: [],
      cancelRequested: false,
      end: undefined,
      released: false,
    };
    run.attempt += 1;
    run.parts = [...(more.prefix ?? [])];
    this.runs.set(runId, run);
    return {
      runId,
      threadId: 'thread',
      tenantId: 'tenant',
      memberVersion: 1,
      attempt: run.attempt,
      agent: { id: 'agent', name: 'Sage', provider: 'test', settings: {} },
      inputSeq: 1,
      prefix: [],
      cancelRequested: false,
      elapsedMs: 0,
      waitedMs: 0,
      readyMs: 0,
      lostMs: null,
      hasSpoken: false,
      overdueFor: [],
      published: undefined,
      ...more,
    };
  }

  override claim(runId: string): Promise<ClaimResult> {
    if (this.runs.has(runId)) return Promise.resolve({ status: 'nothing' });
    return Promise.resolve({ status: 'claimed', claim: this.claimOf(runId) });
  }

  override due(): Promise<DueWork> {
    return Promise.resolve({ runIds: [], nextLeaseEndMs: null });
  }

  override async commit(writes: readonly ChunkWrite[]): Promise<ChunkOutcome[]> {
    await this.before();
    this.commits.push(writes);
    const outcomes = writes.map((write) => this.commitOne(write));
    this.after();
    return outcomes;
  }

  override async finish(end: RunEnd): Promise<EndResult> {
    await this.before();
    const run = this.runs.get(end.runId);
    if (run?.attempt !== end.attempt) return { status: 'fenced' };
    if (run.end !== undefined) return { status: 'ended' };
    if (end.off === partsLength(run.parts)) run.parts = joinParts(run.parts, end.parts);
    else if (end.off + partsLength(end.parts) !== partsLength(run.parts)) return { status: 'fenced' };
    run.end = end;
    this.after();
    const published = { tenantId: 'tenant', threadId: 'thread', memberVersion: 1, epoch: 'e', events: [] };
    const { runId, attempt, outcome } = end;
    const length = partsLength(run.parts);
    return {
      status: 'finished',
      run: { runId, attempt, outcome, length, agentId: 'agent', messageId: null, published },
    };
  }

  override release({ runId }: Pick<RunClaim, 'runId' | 'attempt'>): Promise<void> {
    const run = this.runs.get(runId);
    if (run !== undefined) run.released = true;
    return Promise.resolve();
  }

  override history(): Promise<readonly HistoryMessage[]> {
    return Promise.resolve([]);
  }

  override memberIds(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  override recall(claim: RunClaim, step: StepKey): Promise<Recalled> {
    const result = this.journal.get(JSON.stringify([claim.runId, step]));
    return Promise.resolve(
      result === undefined ? { status: 'absent', leaseMs: 60_000 } : { status: 'recorded', result },
    );
  }

  override record(claim: RunClaim, step: StepKey, result: Json): Promise<Json> {
    const key = JSON.stringify([claim.runId, step]);
    const first = this.journal.get(key) ?? result;
    this.journal.set(key, first);
    return Promise.resolve(first);
  }

  private commitOne({ runId, attempt, off, parts }: ChunkWrite): ChunkOutcome {
    const run = this.runs.get(runId);
    const cancelRequested = run?.cancelRequested ?? false;
    const outcome = (status: ChunkOutcome['status']): ChunkOutcome => ({
      runId,
      status,
      cancelRequested,
      memberVersion: 1,
    });
    if (run === undefined || run.end !== undefined) return outcome('ended');
    if (run.attempt !== attempt) return outcome('fenced');
    const length = partsLength(run.parts);
    if (off + partsLength(parts) === length && parts.length > 0) return outcome('already');
    if (off !== length) return outcome('fenced');
    run.parts = joinParts(run.parts, parts);
    return outcome('accepted');
  }
}
