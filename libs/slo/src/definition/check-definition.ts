import { DAY, HOUR } from '../time.js';
import { budgetOf, type SloDefinition } from './slo-definition.js';

/** Why a definition is refused. */
export const DEFINITION_FAULTS = {
  id_malformed: 'the id is not 1 to 64 lower-case letters, digits and single hyphens',
  revision_malformed: 'the revision is not a whole number from 1 on',
  objective_out_of_range:
    'the objective is not above 0 and at most 0.999999: a budget of none or of all judges nothing',
  window_out_of_range: 'the window is not whole hours from 1 to 90 days',
  deadline_out_of_range: 'the deadline is not from 1 ms to 1 day',
  units_per_sample_out_of_range: 'an observation is not a whole number of units from 1 to 3600',
  depends_on_itself: 'an SLO cannot explain itself',
} as const;

export type DefinitionFault = keyof typeof DEFINITION_FAULTS;

const ID = /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/;
/** Below this part the budget of any realistic number of events is under one event. */
const MIN_BUDGET = 1e-6;

const isWholeWithin = (value: number, min: number, max: number) =>
  Number.isSafeInteger(value) && value >= min && value <= max;

const CHECKS: Record<DefinitionFault, (definition: SloDefinition) => boolean> = {
  id_malformed: ({ id }) => ID.test(id),
  revision_malformed: ({ revision }) => isWholeWithin(revision, 1, Number.MAX_SAFE_INTEGER),
  objective_out_of_range: ({ objective }) => objective > 0 && objective < 1 && budgetOf({ objective }) >= MIN_BUDGET,
  window_out_of_range: ({ windowMs }) => isWholeWithin(windowMs, DAY, 90 * DAY) && windowMs % HOUR === 0,
  deadline_out_of_range: ({ deadlineMs }) => deadlineMs === null || (deadlineMs >= 1 && deadlineMs <= DAY),
  units_per_sample_out_of_range: ({ unitsPerSample }) => isWholeWithin(unitsPerSample, 1, 3_600),
  depends_on_itself: ({ id, dependsOn }) => !dependsOn.includes(id),
};

/** Everything that is wrong with a definition; none if it can be judged by. */
export function checkDefinition(definition: SloDefinition): DefinitionFault[] {
  return Object.entries(CHECKS)
    .filter(([, holds]) => !holds(definition))
    .map(([fault]) => fault as DefinitionFault);
}
