import type { Socket } from '@holdfast/client';
import type { EventFilter } from './fault-transport.js';

/** What shall happen to the next answer after some words. */
type RunFault = 'interrupted' | 'resumed' | null;

interface RunPayload {
  readonly threadId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly agentId?: string;
  readonly off?: number;
  readonly parts?: readonly { readonly type: string; readonly text?: string }[];
}

interface LogPayload {
  readonly events: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
}

/** So much of an answer is seen before it is disturbed, UTF-16 units. */
const AFTER_UNITS = 160;
const REASON = { code: 'unavailable', message: 'the model did not answer in time', retryable: true };

function endOf({ off = 0, parts = [] }: RunPayload): number {
  return parts.reduce((sum, part) => sum + (part.type === 'text' ? (part.text?.length ?? 0) : 1), off);
}

/** Disturbs answers as they pass: what the server keeps is not touched, so that a reload shows the truth. */
export class RunFaults {
  #next: RunFault = null;
  /** Runs that were stopped, and are shown as failed. */
  readonly #failed = new Set<string>();
  /** Runs that are shown as one attempt further than they are. */
  readonly #raised = new Set<string>();
  /** Who writes a run. */
  readonly #agents = new Map<string, string>();
  readonly #say: (name: string, payload: unknown) => void;

  constructor(say: (name: string, payload: unknown) => void) {
    this.#say = say;
  }

  arm(fault: RunFault): void {
    this.#next = fault;
  }

  readonly filter: EventFilter = (name, payload, socket) => {
    switch (name) {
      case 'run.chunk':
      case 'run.attempt':
      case 'run.snapshot':
        return this.#onRun(name, payload as RunPayload, socket);
      case 'run.ended':
        return this.#failed.has((payload as RunPayload).runId)
          ? { ...(payload as object), outcome: 'failed' }
          : payload;
      case 'events.appended':
        return this.#onLog(payload as LogPayload);
      default:
        return payload;
    }
  };

  #onRun(name: string, payload: RunPayload, socket: Socket): unknown {
    const { runId, threadId, attempt } = payload;
    const raised = this.#raised.has(runId) ? { ...payload, attempt: attempt + 1 } : payload;
    const length = endOf(payload);
    if (payload.agentId !== undefined) this.#agents.set(runId, payload.agentId);
    const agentId = this.#agents.get(runId);
    if (name !== 'run.chunk' || length < AFTER_UNITS || this.#next === null) return raised;
    const fault = this.#next;
    this.#next = null;
    if (fault === 'interrupted') {
      this.#failed.add(runId);
      socket.send('run.cancel', { runId }, () => undefined);
    } else if (agentId !== undefined) {
      this.#raised.add(runId);
      queueMicrotask(() => {
        this.#say('run.attempt', { threadId, runId, agentId, attempt: attempt + 1, base: length });
      });
    }
    return raised;
  }

  #onLog(payload: LogPayload): unknown {
    if (this.#failed.size === 0) return payload;
    const events = payload.events.map((event) => {
      if (!this.#failed.has(String(event.data['runId']))) return event;
      if (event.type === 'run.ended') return { ...event, data: { ...event.data, outcome: 'failed', error: REASON } };
      return 'outcome' in event.data ? { ...event, data: { ...event.data, outcome: 'failed' } } : event;
    });
    return { ...payload, events };
  }
}
