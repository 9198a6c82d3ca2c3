import { setTimeout as delay } from 'node:timers/promises';
import type { PlannedFault } from '../plan/fault-plan.js';
import type { Recorder } from '../system/recorder.js';
import type { System } from '../system/system.js';
import type { Inject } from './injection.js';
import { INJECTORS } from './injectors.js';

/** Does to the system what the plan says, and writes down whether it hit. */
export class Nemesis {
  private readonly active = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly system: System,
    private readonly recorder: Recorder,
    private readonly print: (line: string) => void,
    private readonly injectors: ReadonlyMap<string, Inject> = INJECTORS,
  ) {}

  /**
   * Works through the plan, until `signal` at most, and resolves when every fault is healed. What takes longer than planned
   * (a server that starts slowly) shifts what follows, so that no two faults meet that were not meant to.
   * @throws the first error of an injection or a healing, once the other faults are over; nothing is injected after it
   */
  async run(
    plan: readonly PlannedFault[],
    { signal, untilMs }: { signal: AbortSignal; untilMs: number },
  ): Promise<void> {
    const startedAt = performance.now();
    const elapsed = (): number => performance.now() - startedAt;
    let shiftMs = 0;
    let endMs = 0;
    for (const fault of plan) {
      if (!fault.overlaps) {
        await Promise.all(this.active);
        shiftMs = Math.max(shiftMs, elapsed() - endMs);
      }
      endMs = Math.max(endMs, fault.at + fault.holdMs);
      const waitMs = fault.at + shiftMs - elapsed();
      if (signal.aborted || elapsed() + waitMs + fault.holdMs > untilMs) break;
      await delay(Math.max(0, waitMs), undefined, { signal }).catch(() => undefined);
      if (this.failure !== undefined) break;
      this.begin(fault, signal);
    }
    await Promise.all(this.active);
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** Nobody may be waiting when it fails: what is active never rejects. */
  private begin(fault: PlannedFault, signal: AbortSignal): void {
    const work = this.inflict(fault, signal)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.active.delete(work));
    this.active.add(work);
  }

  private async inflict(fault: PlannedFault, signal: AbortSignal): Promise<void> {
    const { injection, name, target, holdMs } = fault;
    const inject = this.injectors.get(name);
    if (inject === undefined) throw new RangeError(`nobody knows how to ${name}`);
    const tell = (line: string): void => {
      this.print(`${(this.recorder.now() / 1_000).toFixed(1).padStart(6)} s  ${line}`);
    };
    this.recorder.record({ kind: 'fault', injection, name, target, phase: 'begin' });
    tell(`${name} ${target} for ${String(holdMs)} ms`);
    const injected = await inject(this.system, fault);
    await delay(holdMs, undefined, { signal }).catch(() => undefined);
    const { effective, detail } = await injected.heal();
    this.recorder.record({ kind: 'fault', injection, name, target, phase: 'end', effective, detail });
    if (!effective) tell(`${name} ${target} hit nothing: ${detail}`);
  }
}
