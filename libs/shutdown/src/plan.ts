import type { Clock } from './clock.js';
import type { Step } from './step.js';

/** The step that closes the Nest application; every step of the phase `resources` comes after it. */
export const APP_STEP = 'app';

export interface PlanOptions {
  /** Closes the listeners and the application. */
  readonly closeApp: () => unknown;
  /** Budget of the whole shutdown, in ms. */
  readonly timeoutMs: number;
  /** Time to go on serving while balancers learn that this instance leaves, in ms. */
  readonly graceMs: number;
  readonly clock: Clock;
}

function graceStep(graceMs: number, clock: Clock): Step {
  const wait = () => new Promise<void>((resolve) => clock.after(graceMs, resolve));
  return { name: 'grace', phase: 'grace', timeoutMs: graceMs * 2, fn: wait };
}

/** All steps of a shutdown: the registered ones, and those that every app has. */
export function planSteps(registered: readonly Step[], options: PlanOptions): Step[] {
  const { closeApp, timeoutMs, graceMs, clock } = options;
  // Half, so that an application that hangs while closing leaves time for what lies below it.
  const app: Step = { name: APP_STEP, phase: 'resources', timeoutMs: timeoutMs / 2, fn: closeApp };
  return [
    ...(graceMs > 0 ? [graceStep(graceMs, clock)] : []),
    app,
    ...registered.map((step) =>
      step.phase === 'resources' ? { ...step, after: [...(step.after ?? []), APP_STEP] } : step,
    ),
  ];
}
