import type { PlannedFault } from '../plan/fault-plan.js';
import type { System } from '../system/system.js';

/** Whether a fault was seen to hit something, and by what. */
export interface Effect {
  readonly effective: boolean;
  readonly detail: string;
}

/** A fault that is in place. */
export interface Injection {
  /** Ends the fault, and tells what it did. */
  heal(): Promise<Effect>;
}

/** Puts a fault in place; the nemesis waits `holdMs` before it heals it. */
export type Inject = (system: System, fault: PlannedFault) => Promise<Injection>;

/** An injection that found nothing to do. */
export function missed(detail: string): Injection {
  return { heal: () => Promise.resolve({ effective: false, detail }) };
}
