import type { Clock } from '../run/clock.js';
import { comesAfter } from './step-order.js';
import type { Step } from './step.js';

/** The step that closes the Nest application; every step of the phase `resources` comes after it. */
export const APP_STEP = 'app';

/** The step that keeps the report: what it is kept with closes after it, everything else before. */
export const REPORT_STEP = 'shutdown report';

/** Keeps what is known at the start of the phase, in case its end is never reached. */
const DRAFT_STEP = 'shutdown report, so far';

const GRACE_STEP = 'grace period';

/** Longest time to keep the report, in ms; nobody waits long for a Postgres that is away. */
const REPORT_MS = 1_000;

/** Names that a shutdown needs for its own steps. */
export const OWN_STEPS: ReadonlySet<string> = new Set([APP_STEP, REPORT_STEP, DRAFT_STEP, GRACE_STEP]);

/** Whether the step only keeps the report. */
export function isReporting({ name }: Pick<Step, 'name'>): boolean {
  return name === REPORT_STEP || name === DRAFT_STEP;
}

export interface PlanOptions {
  /** Closes the listeners and the application. */
  readonly closeApp: () => unknown;
  /** Keeps what happened until now; absent = nobody does. */
  readonly keepReport?: (() => unknown) | undefined;
  /** Budget of the whole shutdown, in ms. */
  readonly timeoutMs: number;
  /** Time to go on serving while balancers learn that this instance leaves, in ms. */
  readonly graceMs: number;
  readonly clock: Clock;
}

function graceStep(graceMs: number, clock: Clock): Step {
  const wait = () => new Promise<void>((resolve) => clock.after(graceMs, resolve));
  return { name: GRACE_STEP, phase: 'grace', timeoutMs: graceMs * 2, fn: wait };
}

function reportSteps(resources: readonly Step[], keep: () => unknown): Step[] {
  const earlier = resources.filter((step) => !comesAfter(step, REPORT_STEP, resources)).map(({ name }) => name);
  const common = { phase: 'resources' as const, timeoutMs: REPORT_MS, fn: keep };
  return [
    { ...common, name: DRAFT_STEP },
    { ...common, name: REPORT_STEP, after: [APP_STEP, DRAFT_STEP, ...earlier] },
  ];
}

/** All steps of a shutdown: the registered ones, and those that every app has. */
export function planSteps(registered: readonly Step[], options: PlanOptions): Step[] {
  const { closeApp, keepReport, timeoutMs, graceMs, clock } = options;
  // Half, so that an application that hangs while closing leaves time for what lies below it.
  const app: Step = { name: APP_STEP, phase: 'resources', timeoutMs: timeoutMs / 2, fn: closeApp };
  const resources = registered.filter(({ phase }) => phase === 'resources');
  return [
    ...(graceMs > 0 ? [graceStep(graceMs, clock)] : []),
    app,
    ...(keepReport === undefined ? [] : reportSteps(resources, keepReport)),
    ...registered.filter(({ phase }) => phase !== 'resources'),
    ...resources.map((step) => ({ ...step, after: [...(step.after ?? []), APP_STEP] })),
  ];
}
