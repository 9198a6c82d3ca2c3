import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { objectives, slo } from '../../test/slo-arbitraries.js';
import { DAY } from '../time.js';
import { checkDefinition, type DefinitionFault } from './check-definition.js';
import { DEFAULT_SLOS } from './default-slos.js';
import { budgetOf, type SloDefinition } from './slo-definition.js';

describe('the default SLOs', () => {
  it('are valid, each named once, and depend on each other only', () => {
    const ids: string[] = DEFAULT_SLOS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    for (const definition of DEFAULT_SLOS) {
      expect(checkDefinition(definition)).toEqual([]);
      for (const id of definition.dependsOn) expect(ids).toContain(id);
    }
  });

  it.each([
    ['chat-response-time', 0.95, 2_000],
    ['websocket-uptime', 0.995, null],
    ['error-rate', 0.999, null],
    ['database-latency', 0.95, 500],
    ['agent-execution', 0.9, 30_000],
  ])('%s promises %d', (id, objective, deadlineMs) => {
    expect(DEFAULT_SLOS.find((definition) => definition.id === id)).toMatchObject({ objective, deadlineMs });
  });
});

describe('checkDefinition', () => {
  it.each<[DefinitionFault, Partial<SloDefinition>]>([
    ['objective_out_of_range', { objective: 0 }],
    ['objective_out_of_range', { objective: 1 }],
    ['objective_out_of_range', { objective: 99.9 }],
    ['objective_out_of_range', { objective: -0.1 }],
    ['objective_out_of_range', { objective: Number.NaN }],
    ['objective_out_of_range', { objective: 0.999_999_9 }],
    ['window_out_of_range', { windowMs: 0 }],
    ['window_out_of_range', { windowMs: DAY + 1 }],
    ['window_out_of_range', { windowMs: 91 * DAY }],
    ['window_out_of_range', { windowMs: Number.NaN }],
    ['id_malformed', { id: 'Chat Time' }],
    ['id_malformed', { id: 'a'.repeat(65) }],
    ['id_malformed', { id: 'a\nb' }],
    ['revision_malformed', { revision: 0 }],
    ['deadline_out_of_range', { deadlineMs: 0 }],
    ['deadline_out_of_range', { deadlineMs: Number.NaN }],
    ['units_per_sample_out_of_range', { unitsPerSample: 0.5 }],
    ['depends_on_itself', { id: 'a', dependsOn: ['a'] }],
  ])('refuses with %s: %j', (fault, changes) => {
    expect(checkDefinition(slo(changes))).toEqual([fault]);
  });
});

describe('budgetOf', () => {
  it('has no noise', () => {
    expect(budgetOf({ objective: 0.999 })).toBe(0.001);
    expect(budgetOf({ objective: 0.9 })).toBe(0.1);
  });

  it('and the objective make 1', () => {
    fc.assert(
      fc.property(objectives, (objective) => {
        expect(budgetOf({ objective }) + objective).toBeCloseTo(1, 11);
      }),
    );
  });
});
