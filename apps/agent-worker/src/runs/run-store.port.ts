import type { Part, RunOutcome, WireError } from '@holdfast/contracts';
import type { EndedRun, Published } from '@holdfast/conversation';
import type { AgentDefinition, HistoryMessage } from '../agents/agent.port.js';
import type { Json } from '../journal/journal.port.js';

/** A run that this worker executes as `attempt`; a higher attempt fences it. */
export interface RunClaim {
  readonly runId: string;
  readonly threadId: string;
  readonly tenantId: string;
  readonly memberVersion: number;
  readonly attempt: number;
  readonly agent: AgentDefinition;
  /** The answer covers the log up to here. */
  readonly inputSeq: number;
  /** Committed output that stays; empty unless the agent can continue. */
  readonly prefix: readonly Part[];
  /** Somebody asked to stop while nobody executed the run. */
  readonly cancelRequested: boolean;
  /** Time since the first attempt began, in ms. */
  readonly elapsedMs: number;
  /** From the message that asked for it to this claim, in ms. */
  readonly waitedMs: number;
  /** From when it could be executed to this claim, in ms: asked for, and no other answer of its thread before it. */
  readonly readyMs: number;
  /** SLOs that count the run as bad already, because nobody had claimed it in time. */
  readonly overdueFor: readonly string[];
  /** Since the last sign of life of the worker that lost the run, in ms; null = none did, or it gave the run back. */
  readonly lostMs: number | null;
  /** An attempt before this one had text that people have seen. */
  readonly hasSpoken: boolean;
  /** What the claim wrote into the log, on the first attempt. */
  readonly published: Published | undefined;
}

/** `exhausted` = the call ended the run, whose attempts all killed their workers. */
export type ClaimResult =
  | { readonly status: 'claimed'; readonly claim: RunClaim }
  | { readonly status: 'exhausted'; readonly run: EndedRun }
  | { readonly status: 'nothing' };

export interface DueWork {
  /** Oldest first. */
  readonly runIds: readonly string[];
  /** Time until the next lease ends unless it is renewed, in ms; null = nobody holds one. */
  readonly nextLeaseEndMs: number | null;
}

/** Output of one run at `off`; without parts it only renews the lease. */
export interface ChunkWrite {
  readonly runId: string;
  readonly attempt: number;
  readonly off: number;
  readonly parts: readonly Part[];
}

/**
 * What became of a write: `accepted`; `already` there, because an earlier reply was lost; `busy`, to be repeated;
 * `fenced` by a higher attempt; or the run has `ended`, for example by a cancel that found the lease expired.
 */
export interface ChunkOutcome {
  readonly runId: string;
  readonly status: 'accepted' | 'already' | 'busy' | 'fenced' | 'ended';
  readonly cancelRequested: boolean;
  readonly memberVersion: number;
}

/** How an attempt ends its run. */
export interface RunEnd {
  readonly runId: string;
  readonly attempt: number;
  readonly outcome: RunOutcome;
  readonly error: WireError | null;
  /** Offset of `parts`. */
  readonly off: number;
  /** Output of which this attempt does not know whether it is committed. */
  readonly parts: readonly Part[];
}

/** `finished` by this call; `ended` before, perhaps by a call whose reply was lost; `fenced` by a higher attempt. */
export type EndResult =
  | { readonly status: 'finished'; readonly run: EndedRun }
  | { readonly status: 'ended' }
  | { readonly status: 'fenced' };

/** What the executor needs of Postgres. Every call may throw a retryable `AppError`; a repeated call is harmless. */
export abstract class RunStore {
  /** Claims a run if it may run now. */
  abstract claim(runId: string): Promise<ClaimResult>;
  /** Runs that nobody executes; those whose lease expired only if `steal` is set. */
  abstract due(limit: number, options: { readonly steal: boolean }): Promise<DueWork>;
  /** Writes output of many runs, renews their leases and reads their cancel flags, in one transaction. */
  abstract commit(writes: readonly ChunkWrite[]): Promise<ChunkOutcome[]>;
  /** Writes the committed output as a message and ends the run, in one transaction. */
  abstract finish(end: RunEnd): Promise<EndResult>;
  /** Gives up a claim, so that another worker can continue at once. */
  abstract release(claim: Pick<RunClaim, 'runId' | 'attempt'>): Promise<void>;
  abstract history(claim: RunClaim): Promise<readonly HistoryMessage[]>;
  /** Members to tell that the thread moved; none where there are too many. */
  abstract memberIds(threadId: string): Promise<readonly string[]>;
  /** What the journal has of a step. Throws `conflict` if the attempt lost its run. */
  abstract recall(claim: RunClaim, step: StepKey): Promise<Recalled>;
  /** Journals a result. @returns the one that counts: an earlier one wins. */
  abstract record(claim: RunClaim, step: StepKey, result: Json): Promise<Json>;
}

/** `absent` = the step was not made, and nobody else can have the run for `leaseMs` from when this was asked. */
export type Recalled =
  { readonly status: 'recorded'; readonly result: Json } | { readonly status: 'absent'; readonly leaseMs: number };

/** A step of a run as the journal stores it. */
export interface StepKey {
  readonly step: number;
  readonly name: string;
  readonly argsHash: string;
}
