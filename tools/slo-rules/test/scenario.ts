import { seeded } from '@holdfast/testing';
import type { Bucket, SloDefinition } from '@holdfast/slo';

/** Between two scrapes, and two evaluations, in ms. */
export const STEP_MS = 15_000;

const HOUR_STEPS = 240;
export const STEPS = 3 * HOUR_STEPS;

/** When the service turns bad, in steps. */
const ONSET = HOUR_STEPS;
/** When it is well again. */
const END = ONSET + 1.5 * HOUR_STEPS;

export interface Scenario {
  readonly name: string;
  readonly slo: string;
  readonly perHour: number;
  /** Part of the events that fails during the incident, by the part that may. */
  readonly badPart: (budget: number) => number;
  /** Whether the producers are gone during the incident. */
  readonly isSilent?: boolean;
  /** Rules that have to fire, so that the comparison is about something. */
  readonly fires: readonly string[];
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'outage', slo: 'error-rate', perHour: 10_000, badPart: () => 1, fires: ['outage', 'fast'] },
  { name: '20 % errors', slo: 'error-rate', perHour: 10_000, badPart: () => 0.2, fires: ['fast', 'slow'] },
  { name: '20 % errors', slo: 'chat-response-time', perHour: 10_000, badPart: () => 0.2, fires: ['ticket-slow'] },
  { name: 'slow burn', slo: 'error-rate', perHour: 60_000, badPart: (budget) => 11 * budget, fires: ['slow'] },
  { name: 'sparse traffic', slo: 'error-rate', perHour: 60, badPart: () => 0.2, fires: ['fast'] },
  { name: 'sparse outage', slo: 'chat-response-time', perHour: 40, badPart: () => 1, fires: ['outage'] },
  { name: 'sparse chance', slo: 'error-rate', perHour: 60, badPart: (budget) => 10 * budget, fires: [] },
  { name: 'no data', slo: 'error-rate', perHour: 1_000, badPart: () => 1, isSilent: true, fires: ['no-data'] },
];

/** One step of a scenario; null: nobody there to tell. */
export type Step = Omit<Bucket, 't'> | null;

/** What happened in each step, by chance, repeatably. */
export function play(scenario: Scenario, { budget }: { readonly budget: number }, seed: number): Step[] {
  const random = seeded(seed);
  const mean = scenario.perHour / HOUR_STEPS;
  return Array.from({ length: STEPS }, (_, step) => {
    const isBad = step >= ONSET && step < END;
    if (isBad && scenario.isSilent === true) return null;
    const events = Math.floor(mean) + (random() < mean % 1 ? 1 : 0);
    const part = isBad ? scenario.badPart(budget) : budget / 10;
    const bad = Array.from({ length: events }, random).filter((value) => value < part).length;
    return { good: events - bad, bad, excluded: 0 };
  });
}

/** The steps as Prometheus scrapes them: a counter that begins at 0, missing where nobody is there. */
export function inputSeries({ id }: SloDefinition, steps: readonly Step[]) {
  return (['good', 'bad'] as const).map((result) => {
    let total = 0;
    const values = steps.map((step) => {
      total += step?.[result] ?? 0;
      return step === null ? '_' : String(total);
    });
    return { series: `slo_events_total{slo="${id}",result="${result}",instance="a"}`, values: `0 ${values.join(' ')}` };
  });
}
