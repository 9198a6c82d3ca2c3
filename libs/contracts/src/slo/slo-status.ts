import * as z from 'zod/mini';
import { lineText, Timestamp, Uuid } from '../primitives.js';

const Severity = z.enum(['warning', 'critical']);
const Ratio = z.nullable(z.number());

/** Id of an SLO: lower-case words joined by hyphens. */
export const SloId = z
  .string()
  .check(z.maxLength(64), z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens'));

const SloBudget = z.object({
  /** Units that may be bad in the window. */
  allowed: z.number(),
  consumed: z.number(),
  /** 1 − consumed / allowed; below 0 when overdrawn, null while the data do not suffice. */
  remaining: Ratio,
  state: z.enum(['ok', 'warning', 'critical', 'insufficient_data']),
  forecast: z.object({
    kind: z.enum(['exhausts', 'exhausted', 'lasts', 'insufficient_data']),
    /** When it ends, or when there will be some again; null if neither is in sight. */
    at: z.nullable(Timestamp),
  }),
});

const SloBurn = z.object({
  rule: z.string(),
  severity: Severity,
  /** Error ratio at which the rule fires. */
  threshold: z.number(),
  longBurn: Ratio,
  shortBurn: Ratio,
  isEvidence: z.boolean(),
  verdict: z.enum(['breached', 'between', 'clear']),
});

const SloAlert = z.object({
  kind: z.enum(['burn', 'budget']),
  state: z.enum(['inactive', 'pending', 'firing', 'resolved']),
  severity: z.nullable(Severity),
  since: z.nullable(Timestamp),
  rules: z.array(z.string()),
  /** Data are missing: it cannot end. */
  isFrozen: z.boolean(),
});

/** What is known of one SLO at one moment. Ratios are 0 to 1; counts are in the SLO's unit. */
export const SloStatusEntry = z.object({
  id: SloId,
  revision: z.int(),
  title: z.string(),
  service: z.string(),
  unit: z.string(),
  objective: z.number(),
  /** Length of the rolling window, in ms. */
  windowMs: z.number(),
  asOf: Timestamp,
  sli: Ratio,
  isKept: z.nullable(z.boolean()),
  good: z.number(),
  bad: z.number(),
  excluded: z.number(),
  /** Known part of the producers' time in the window, 0 to 1. */
  coverage: z.number(),
  budget: SloBudget,
  burn: z.array(SloBurn),
  /** All producers have been silent for too long. */
  isSilent: z.boolean(),
  alerts: z.array(SloAlert),
  trend: z.object({
    label: z.enum(['improving', 'stable', 'degrading', 'insufficient_data']),
    /** Change of the burn rate per day. */
    slope: Ratio,
    p: Ratio,
    budgetPoints: Ratio,
    n: z.int(),
  }),
});
export type SloStatusEntry = z.infer<typeof SloStatusEntry>;

/** All SLOs, as the evaluators left them. */
export const SloStatusReport = z.object({
  /** The latest evaluation; null before the first. */
  asOf: z.nullable(Timestamp),
  slos: z.array(SloStatusEntry),
});
export type SloStatusReport = z.infer<typeof SloStatusReport>;

/** As the gateway answers it: from the service, or the last that it knows. */
export const SloStatusPage = z.extend(SloStatusReport, {
  /** Age of the report in ms when the service does not answer; 0 when it does. */
  staleForMs: z.int(),
});
export type SloStatusPage = z.infer<typeof SloStatusPage>;

const wholeNumber = (min: number, max: number) => z.pipe(z.coerce.number(), z.int().check(z.gte(min), z.lte(max)));

export const SloSeriesQuery = z.object({
  /** Length of the span up to now, in hours. */
  hours: z._default(wholeNumber(1, 9_600), 24),
  /** Width of a point, in minutes; wider than asked if more than 1,000 points would come. */
  stepMinutes: z._default(wholeNumber(1, 1_440), 15),
});
export type SloSeriesQuery = z.infer<typeof SloSeriesQuery>;

export const SloSeries = z.object({
  id: SloId,
  /** Width of each point, in minutes. */
  stepMinutes: z.int(),
  /** Only points with data; corrections are not taken out. */
  points: z.array(z.object({ at: Timestamp, good: z.number(), bad: z.number(), excluded: z.number() })),
});
export type SloSeries = z.infer<typeof SloSeries>;

export const SloAlertEvent = z.object({
  slo: SloId,
  kind: z.enum(['burn', 'budget']),
  incident: z.string(),
  transition: z.string(),
  severity: z.nullable(Severity),
  at: Timestamp,
  rules: z.array(z.string()),
});
export type SloAlertEvent = z.infer<typeof SloAlertEvent>;

export const SloAlertPage = z.object({ events: z.array(SloAlertEvent) });
export type SloAlertPage = z.infer<typeof SloAlertPage>;

const span = {
  /** Made by the caller: the same request twice is one. */
  id: Uuid,
  startsAt: Timestamp,
  endsAt: Timestamp,
  reason: lineText(200),
};
const createdBy = z.string();

const isSpan = <T extends { startsAt: string; endsAt: string }>() =>
  z.refine<T>(({ startsAt, endsAt }) => Date.parse(endsAt) > Date.parse(startsAt), {
    path: ['endsAt'],
    message: 'must be after startsAt',
  });

/** A span whose alerts are not sent, of one SLO or of all (null). Evaluation goes on. */
export const SloSilence = z.object({ ...span, slo: z.nullable(SloId), createdBy });
export type SloSilence = z.infer<typeof SloSilence>;

export const SloSilenceRequest = z.object({ ...span, slo: z.nullable(SloId) }).check(isSpan());
export type SloSilenceRequest = z.infer<typeof SloSilenceRequest>;

export const SloSilenceList = z.object({ silences: z.array(SloSilence) });

/** A span whose events count as if they had not happened. */
export const SloCorrection = z.object({ ...span, slo: SloId, createdBy });
export type SloCorrection = z.infer<typeof SloCorrection>;

export const SloCorrectionRequest = z.object({ ...span, slo: SloId }).check(isSpan());
export type SloCorrectionRequest = z.infer<typeof SloCorrectionRequest>;

export const SloCorrectionList = z.object({ corrections: z.array(SloCorrection) });

/** A notice on its way to a target. */
export const SloDelivery = z.object({
  id: z.string(),
  target: z.string(),
  dedupKey: z.string(),
  action: z.string(),
  severity: z.string(),
  status: z.string(),
  attempts: z.int(),
  lastCode: z.nullable(z.string()),
  createdAt: Timestamp,
  deliveredAt: z.nullable(Timestamp),
});
export type SloDelivery = z.infer<typeof SloDelivery>;

export const SloDeliveryList = z.object({ deliveries: z.array(SloDelivery) });

export const SloDeliveryQuery = z.object({
  status: z.optional(z.enum(['waiting', 'delivered', 'dead', 'silenced'])),
  limit: z._default(wholeNumber(1, 200), 50),
});
export type SloDeliveryQuery = z.infer<typeof SloDeliveryQuery>;

/** Definitions as OpenSLO v1 YAML. */
export const SloDocument = z.object({ yaml: z.string().check(z.minLength(1), z.maxLength(262_144)) });
export type SloDocument = z.infer<typeof SloDocument>;

/** What is wrong with a document, and where (lines and columns from 1 on). */
export const SloProblem = z.object({
  line: z.int(),
  column: z.int(),
  path: z.string(),
  /** Code of the rule that is broken. */
  rule: z.string(),
  message: z.string(),
});
export type SloProblem = z.infer<typeof SloProblem>;

export const SloDefineQuery = z.object({
  /** `true`: only check. */
  dryRun: z._default(z.enum(['true', 'false']), 'false'),
});

export const SloDefineResult = z.object({
  /** False for a dry run and when there are problems: nothing was changed. Revision 0: not yet defined. */
  isApplied: z.boolean(),
  definitions: z.array(z.object({ id: SloId, revision: z.int() })),
  problems: z.array(SloProblem),
});
export type SloDefineResult = z.infer<typeof SloDefineResult>;
