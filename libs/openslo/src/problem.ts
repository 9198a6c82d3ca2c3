import { DEFINITION_FAULTS } from '@holdfast/slo';

/** What a document may break. Each problem names one. */
export const OPENSLO_RULES = {
  too_large: 'the text is larger than 256 KiB',
  syntax: 'it is no YAML',
  too_deep: 'it nests deeper than any OpenSLO document does',
  too_complex:
    'it has more tokens, documents, anchors or aliases than are read at once, or a document is longer than 32 KiB or 4,000 tokens',
  duplicate_key: 'the mapping has the key already',
  alias_bomb: 'its aliases multiply: write out what they stand for',
  version_unsupported: 'the apiVersion is not openslo/v1',
  kind_unsupported: 'the kind is none of SLO, SLI, Service, DataSource',
  missing_field: 'a field is missing that OpenSLO v1 requires',
  unknown_field: 'OpenSLO v1 has no such field here, or Holdfast gives it no meaning',
  wrong_value: 'the value is of a type or form that OpenSLO v1 does not allow here',
  name_malformed: 'the name is not lower-case letters, digits and single hyphens, 64 at most',
  duplicate_name: 'another document of the same kind has the name',
  unknown_reference: 'no document of the text has this kind and name',
  method_unsupported: 'only the budgetingMethod Occurrences is supported: events are counted, not slices of time',
  calendar_unsupported: 'only rolling windows are supported',
  duration_unsupported: 'the window is not a whole number of h, d or w',
  one_objective: 'an SLO has exactly one objective, with either target or targetPercent',
  threshold_unsupported:
    'thresholds are not supported: count good and total by ratioMetric, and give the deadline by the annotation holdfast.dev/deadline-ms',
  ratio_incomplete: 'a ratioMetric needs counter: true, total, and one of good and bad',
  source_unsupported: 'a metric comes from a DataSource of the type holdfast',
  event_mismatch: 'the event is not the name of the SLO: it judges what is recorded under its own name',
  filter_unsupported: 'good is filtered by result: good, bad by result: bad, and total not at all',
  annotation_unknown: 'Holdfast has no such annotation',
  annotation_malformed: 'the annotation has none of the values that it may have',
  alert_unsupported:
    'alert policies, conditions and targets change nothing here: every SLO is judged by the burn rules of docs/slo.md, and who is told is configuration. Leave them out',
  ...DEFINITION_FAULTS,
} as const;

export type OpenSloRule = keyof typeof OPENSLO_RULES;

/** What is wrong, and where. Lines and columns begin at 1. */
export interface OpenSloProblem {
  readonly line: number;
  readonly column: number;
  /** Within its document, such as `spec.objectives[0].target`; empty for the document as a whole. */
  readonly path: string;
  readonly rule: OpenSloRule;
  readonly message: string;
}
