import type { Part } from '@holdfast/contracts';
import type { Journal } from '../journal/journal.port.js';

/**
 * What an agent can do with output that an earlier attempt left: `exact` continues as if nothing had happened,
 * `prefix` is asked to go on from the text, `restart` begins anew, and people see a marked reset.
 */
export type ResumeMode = 'exact' | 'prefix' | 'restart';

/** How an agent is set up, as provisioning stored it. */
export interface AgentDefinition {
  readonly id: string;
  readonly name: string;
  /** Which {@link Agent} executes it. */
  readonly provider: string;
  /** Settings of that provider; each provider has its own schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One message of the conversation, folded: edits applied, deletions gone. */
export interface HistoryMessage {
  readonly messageId: string;
  readonly role: 'agent' | 'person';
  /** Who said it; several people may share a thread. */
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Everything one attempt of a run may know and use. */
export interface AgentContext {
  readonly tenantId: string;
  readonly threadId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly agent: AgentDefinition;
  /** Oldest first; the last one is the question. */
  readonly history: readonly HistoryMessage[];
  /** Output that is committed and stays; the agent yields what follows it. Empty unless it can continue. */
  readonly prefix: readonly Part[];
  readonly journal: Journal;
  /** Fires on cancel, timeout, lost lease and shutdown: stop at once, whatever comes after is dropped. */
  readonly signal: AbortSignal;
}

/**
 * Something that answers. The stream's clean end is success; a fault is thrown as an `AppError` whose message is fit for
 * the people in the thread. A provider whose stream merely stops must throw: an end of input is not an end of answer.
 */
export abstract class Agent {
  /** Value of `AgentDefinition.provider`. */
  abstract readonly provider: string;
  abstract resumeMode(agent: AgentDefinition): ResumeMode;
  abstract stream(context: AgentContext): AsyncIterable<Part>;
}
