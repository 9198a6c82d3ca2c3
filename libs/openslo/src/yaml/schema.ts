import { z } from 'zod';

/** The parts of OpenSLO v1 that have a meaning here; unknown fields are refused, so that none is lost in silence. */
const Text = z.string().max(4_096);
const Name = z.string().regex(/^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/);
const Duration = z.string().regex(/^[1-9]\d{0,4}[mhdwMQY]$/);

const Metadata = z.strictObject({
  name: Name,
  displayName: Text.optional(),
  labels: z.record(z.string(), z.union([Text, z.array(Text)])).optional(),
  annotations: z.record(z.string(), Text).optional(),
});

const OptionalMetadata = Metadata.extend({ name: Name.optional() }).optional();

const Metric = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: Name.optional(),
    type: Text.optional(),
    spec: z.record(z.string(), z.unknown()),
  }),
});

const SliSpec = z.strictObject({
  description: Text.optional(),
  thresholdMetric: z.unknown().optional(),
  ratioMetric: z
    .strictObject({
      counter: z.boolean().optional(),
      good: Metric.optional(),
      bad: Metric.optional(),
      total: Metric.optional(),
      raw: z.unknown().optional(),
      rawType: z.unknown().optional(),
    })
    .optional(),
});

const Objective = z.strictObject({
  displayName: Text.optional(),
  target: z.number().optional(),
  targetPercent: z.number().optional(),
  op: z.unknown().optional(),
  value: z.unknown().optional(),
  timeSliceTarget: z.unknown().optional(),
  timeSliceWindow: z.unknown().optional(),
});

const SloSpec = z.strictObject({
  description: Text.optional(),
  service: Name,
  indicatorRef: Name.optional(),
  indicator: z.strictObject({ metadata: OptionalMetadata, spec: SliSpec }).optional(),
  timeWindow: z
    .array(z.strictObject({ duration: Duration, isRolling: z.boolean().optional(), calendar: z.unknown().optional() }))
    .length(1),
  budgetingMethod: z.string(),
  objectives: z.array(Objective),
  alertPolicies: z.array(z.unknown()).optional(),
});

const ofKind = <K extends string, S extends z.ZodType>(kind: K, spec: S) =>
  z.strictObject({ apiVersion: z.literal('openslo/v1'), kind: z.literal(kind), metadata: Metadata, spec });

/** The kinds of documents. */
export const KINDS = {
  SLO: ofKind('SLO', SloSpec),
  SLI: ofKind('SLI', SliSpec),
  Service: ofKind('Service', z.strictObject({ description: Text.optional() })),
  DataSource: ofKind(
    'DataSource',
    z.strictObject({
      description: Text.optional(),
      type: Text,
      connectionDetails: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
} as const;

export type Kind = keyof typeof KINDS;
export type DocumentOf<K extends Kind> = z.infer<(typeof KINDS)[K]>;
export type AnyDocument = { [K in Kind]: DocumentOf<K> }[Kind];
export type Sli = z.infer<typeof SliSpec>;
export type SourcedMetric = z.infer<typeof Metric>;
