import { PHASES, type Phase, type Step } from './step.js';

/** Share of the whole budget that is kept for the closing phases. */
const CLOSING_SHARE = 0.25;
const MAX_CLOSING_MS = 5_000;

/** Phases that free what others use; they get their share of the budget even if every phase before overran. */
const CLOSING: ReadonlySet<Phase> = new Set<Phase>(['resources', 'custom']);

export function isClosing(phase: Phase): boolean {
  return CLOSING.has(phase);
}

/** Time that is kept for the phases `resources` and `custom` of a shutdown of `timeoutMs`, in ms. */
export function closingMs(timeoutMs: number): number {
  return Math.min(MAX_CLOSING_MS, timeoutMs * CLOSING_SHARE);
}

/** Longest time of the steps of one phase, in ms: that of the slowest chain of steps that wait for each other. */
function longestMs(steps: readonly Step[]): number {
  const known = new Map<string, number>();
  const until = (step: Step): number => {
    const seen = known.get(step.name);
    if (seen !== undefined) return seen;
    const earlier = steps.filter(({ name }) => step.after?.includes(name) ?? false).map(until);
    const ms = step.timeoutMs + Math.max(0, ...earlier);
    known.set(step.name, ms);
    return ms;
  };
  return Math.max(0, ...steps.map(until));
}

/**
 * Longest time of each phase before the closing ones, and of a whole shutdown of `timeoutMs` with `graceMs` in it, in ms.
 * The closing phases never get more than {@link closingMs} on this path, whatever their steps ask for.
 */
export function worstPath(
  steps: readonly Step[],
  { timeoutMs, graceMs }: { readonly timeoutMs: number; readonly graceMs: number },
): { readonly totalMs: number; readonly phases: Readonly<Partial<Record<Phase, number>>> } {
  const phases: Partial<Record<Phase, number>> = {};
  for (const phase of PHASES) {
    if (isClosing(phase)) continue;
    const ms = longestMs(steps.filter((step) => step.phase === phase)) + (phase === 'grace' ? graceMs : 0);
    if (ms > 0) phases[phase] = ms;
  }
  const totalMs = Object.values(phases).reduce((sum, ms) => sum + ms, closingMs(timeoutMs));
  return { totalMs, phases };
}
