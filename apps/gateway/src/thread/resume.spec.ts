import { expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ResumeModel } from '../../test/support/resume-model.js';

// Properties take their time on a busy machine.
jest.setTimeout(60_000);

type Step = (model: ResumeModel) => void | Promise<void>;

const one = (weight: number, step: (pick: number) => Step) => ({ weight, arbitrary: fc.nat(7).map(step) });

const steps: fc.Arbitrary<Step> = fc.oneof(
  one(6, (pick) => (model) => {
    model.append(1 + (pick % 4));
  }),
  one(6, (pick) => (model) => {
    model.hint(pick, pick % 3 === 0);
  }),
  one(10, (pick) => (model) => model.answer(pick)),
  one(3, () => (model) => {
    model.arrive();
  }),
  one(2, (pick) => (model) => {
    model.reconnect(pick);
  }),
  one(1, (pick) => (model) => {
    model.remove(pick);
  }),
  one(2, (pick) => (model) => model.pass(1 + 20 * pick)),
  one(1, () => (model) => {
    void model.poll();
  }),
);

it('leaves every member with the whole log and nobody else with any of it, in whatever order things happen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60, size: 'max' }), async (story) => {
      const model = new ResumeModel();
      model.arrive();
      for (const step of story) await step(model);
      await model.settle();
      for (const { faults, isMember, seen } of model.clients) {
        expect(faults).toEqual([]);
        if (isMember) expect(seen).toEqual(model.truth);
      }
    }),
    { numRuns: 500 },
  );
});
