import { CountSeries, evaluateSlo, NEVER_EVALUATED, type SloDefinition } from '@holdfast/slo';
import { STEP_MS, type Step } from './scenario.js';

/** What our engine saw at one evaluation. */
export interface Judged {
  readonly burn: readonly {
    readonly id: string;
    readonly longBurn: number | null;
    readonly shortBurn: number | null;
  }[];
  /** Rules that two evaluations in a row have seen. */
  readonly firing: ReadonlySet<string>;
  readonly didFire: boolean;
}

/** Evaluates every step, as the slo-service does. Time begins at 0, as in promtool. */
export function judgeAll(definition: SloDefinition, steps: readonly Step[]): Judged[] {
  const series = CountSeries.of(steps.flatMap((step, index) => (step === null ? [] : { t: index * STEP_MS, ...step })));
  let alerts = { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED };
  let before = new Set<string>();
  let heardAt = 0;
  return steps.map((step, index) => {
    const asOf = (index + 1) * STEP_MS;
    if (step !== null) heardAt = asOf;
    const input = { definition, series, asOf, coverage: 1, heardAt, corrections: [], alerts };
    const { status, steps: next } = evaluateSlo(input);
    alerts = { burn: next.burn.state, budget: next.budget.state };
    const seen = new Set(status.burn.filter(({ verdict }) => verdict === 'breached').map(({ id }) => id));
    if (status.isSilent) seen.add('no-data');
    const firing = new Set([...seen].filter((id) => before.has(id)));
    before = seen;
    return { burn: status.burn, firing, didFire: next.burn.transition === 'fired' };
  });
}
