import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planRanges, rangeKey, type WantedRange } from './plan-ranges.js';

const MIB = 1_048_576;

const wants = (client: object, ...gaps: number[]): WantedRange[] =>
  gaps.map((gap, n) => ({
    client,
    range: { threadId: `t${String(n)}`, direction: 'asc', after: 10, until: 10 + gap },
  }));

describe('planRanges', () => {
  it('gives a lone range of a lone client everything', () => {
    expect([...planRanges(wants({}, 5), 200).values()]).toMatchObject([{ threadId: 't0', maxBytes: MIB }]);
  });

  it('splits by the number of events of a page', () => {
    const plan = [...planRanges(wants({}, 300, 200), 200).values()];
    expect(plan.map(({ maxBytes }) => maxBytes)).toEqual([MIB / 2, MIB / 2]);
  });

  it('reads what many want once, with the largest share', () => {
    const [ann, bob] = [{}, {}];
    const plan = planRanges([...wants(ann, 10), ...wants(bob, 10, 10)], 200);
    expect([...plan.values()].map(({ maxBytes }) => maxBytes)).toEqual([MIB, MIB / 2]);
  });

  it('bounds client and batch, whoever asks for what', () => {
    const gaps = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.array(gaps, { minLength: 1, maxLength: 60 }), (clients) => {
        const wanted = clients.flatMap((each) => wants({}, ...each));
        const plan = planRanges(wanted, 200);
        const least = 4_097 * plan.size;
        const bytes = [...plan.values()].reduce((sum, { maxBytes }) => sum + maxBytes, 0);
        expect(bytes).toBeLessThanOrEqual(Math.max(16 * MIB, 65_536 * clients.length) + least);
        for (const { range } of wanted) expect(plan.get(rangeKey(range))).toMatchObject(range);
        if (clients.length === 1) expect(bytes).toBeLessThanOrEqual(MIB + least);
      }),
    );
  });
});
