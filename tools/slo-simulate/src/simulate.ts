import {
  budgetOf,
  CountSeries,
  NEVER_EVALUATED,
  stepAlert,
  type Bucket,
  type Severity,
  type SloDefinition,
} from '@holdfast/slo';
import type { Engine } from './engines.js';
import { poisson } from './random.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
/** Time before an incident, in which errors are at half the budget: all windows are full. */
const BEFORE = 3 * DAY;
/** An incident that is not found within this is not found. */
const LONGEST = 4 * DAY;

export interface Service {
  readonly definition: SloDefinition;
  /** Observations per hour; each makes `unitsPerSample` units. */
  readonly perHour: number;
  readonly seed: number;
}

export interface Alert {
  readonly at: number;
  readonly severity: Severity;
}

interface Course {
  readonly to: number;
  readonly stepMs: number;
  readonly ratioAt: (time: number) => number;
}

/** Counts of a service with independent requests and the error ratio of the course, from 0 on. */
function countsOf({ definition, perHour, seed }: Service, { to, stepMs, ratioAt }: Course): CountSeries {
  const draw = poisson(seed);
  const units = definition.unitsPerSample;
  const mean = (perHour * stepMs) / HOUR;
  const buckets: Bucket[] = [];
  for (let t = 0; t < to; t += stepMs) {
    const ratio = ratioAt(t);
    buckets.push({ t, good: units * draw(mean * (1 - ratio)), bad: units * draw(mean * ratio), excluded: 0 });
  }
  return CountSeries.of(buckets);
}

/** The alerts that begin or become critical between `from` and the end of the course. */
function* alertsOf(service: Service, engine: Engine, course: Course & { readonly from: number }): Generator<Alert> {
  const series = countsOf(service, course);
  let state = NEVER_EVALUATED;
  for (let at = course.from; at <= course.to; at += course.stepMs) {
    const step = stepAlert(state, engine(service.definition, series, at));
    state = step.state;
    const isNew = ['fired', 'reopened', 'escalated'].includes(step.transition ?? '');
    if (isNew && state.status === 'firing') yield { at, severity: state.severity };
  }
}

/** The first alert after the errors rise to `ratio`, its time in ms since then; undefined: none. */
export function detect(service: Service, engine: Engine, ratio: number): Alert | undefined {
  const usual = budgetOf(service.definition) / 2;
  const ratioAt = (time: number) => (time < BEFORE ? usual : ratio);
  const course = { from: BEFORE, to: BEFORE + LONGEST, stepMs: 15 * SECOND, ratioAt };
  for (const { at, severity } of alertsOf(service, engine, course)) return { at: at - BEFORE, severity };
  return undefined;
}

/** Pages within 30 d of a service whose errors are at half the budget. */
export function falsePages(service: Service, engine: Engine): number {
  const usual = budgetOf(service.definition) / 2;
  const course = { from: BEFORE, to: BEFORE + 30 * DAY, stepMs: 60 * SECOND, ratioAt: () => usual };
  return [...alertsOf(service, engine, course)].filter(({ severity }) => severity === 'critical').length;
}
