import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { GatewayModel } from '../../test/gateway-model.js';

// Properties take their time on a busy machine.
jest.setTimeout(30_000);

type Step = (model: GatewayModel) => void | Promise<void>;

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((count): Step => (model) => {
      model.append(count);
    }),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.nat(5), fc.constantFrom('deliver' as const, 'deliver' as const, 'double' as const, 'lose' as const))
      .map(([pick, fate]): Step => (model) => {
        model.hint(pick, fate);
      }),
  },
  {
    weight: 2,
    arbitrary: fc.constant<Step>((model) => {
      model.join();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(5).map((pick): Step => (model) => {
      model.leave(pick);
    }),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 120 }).map(
      (ms): Step =>
        (model) =>
          model.clock.advance(ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((fails): Step => (model) => {
      model.pullFails = fails;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 3 }).map((limit): Step => (model) => {
      model.pullLimit = limit;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(3).map((pick): Step => (model) => {
      model.remove(pick);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((model) => {
      model.poll();
    }),
  },
);

const withFailover = fc.oneof(
  { weight: 15, arbitrary: steps },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 4 }).map((lost): Step => (model) => {
      model.failover(lost);
    }),
  },
);

async function play(story: readonly Step[]): Promise<GatewayModel> {
  const model = new GatewayModel();
  model.join();
  for (const step of story) await step(model);
  await model.settle();
  return model;
}

function expectOneOrder(model: GatewayModel): void {
  const truth = model.log.map(({ id }) => id);
  for (const observer of model.observers) {
    expect(observer.faults).toEqual([]);
    if (observer.member) expect([...observer.seen.values()]).toEqual(truth);
  }
  for (const { events } of model.deliveries) {
    const [first] = events;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => (first?.seq ?? 0) + index));
  }
}

describe('ThreadGate', () => {
  it('gives every observer one gap-free order, whatever happens to hints and pulls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (story) => {
        expectOneOrder(await play(story));
      }),
      { numRuns: 300 },
    );
  });

  it('begins anew in a new epoch, and is not led back by late hints of the old one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(withFailover, { maxLength: 60 }), async (story) => {
        expectOneOrder(await play(story));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps nothing once the last socket has left', async () => {
    const model = new GatewayModel();
    model.join();
    model.append(1);
    model.append(1);
    model.hint(1, 'deliver');
    model.leave(0);
    expect(model.gate.targets()).toEqual([]);
    expect(model.clock.pending).toBe(0);
  });

  it('asks Postgres once for a gap, however many sockets wait for it', async () => {
    const model = new GatewayModel();
    for (let count = 0; count < 50; count += 1) model.join();
    model.append(1);
    model.append(1);
    model.hint(0, 'lose');
    model.hint(0, 'deliver');
    await model.clock.advance(100);
    expect(model.pulls).toBe(1);
    expect(model.observers.map(({ last }) => last)).toEqual(Array.from({ length: 50 }, () => 2));
  });

  it('does not ask for what arrives late within the hold', async () => {
    const model = new GatewayModel();
    model.join();
    model.append(1);
    model.append(1);
    model.hint(1, 'deliver');
    await model.clock.advance(40);
    model.hint(0, 'deliver');
    await model.clock.advance(1_000);
    expect(model.pulls).toBe(0);
    expectOneOrder(model);
  });

  it('gives up on an absent Postgres and goes on with the next hint', async () => {
    const model = new GatewayModel();
    model.join();
    model.append(1);
    model.append(1);
    model.pullFails = true;
    model.hint(0, 'lose');
    model.hint(0, 'deliver');
    await model.clock.advance(60_000);
    expect(model.pulls).toBe(4);
    model.pullFails = false;
    model.append(1);
    model.hint(0, 'deliver');
    await model.clock.advance(1_000);
    expect(model.observers.map(({ last }) => last)).toEqual([3]);
    expectOneOrder(model);
  });

  it('shows a removed member nothing from its removal on, not even by a pull', async () => {
    const model = new GatewayModel();
    model.join();
    model.append(1);
    model.append(1);
    model.remove(0);
    model.append(3);
    model.hint(0, 'lose');
    model.hint(0, 'deliver');
    await model.clock.advance(1_000);
    expect(model.observers.map(({ last }) => last)).toEqual([2]);
    expectOneOrder(model);
  });

  it('asks for re-authorisation as soon as a newer member version is heard of', async () => {
    const model = new GatewayModel();
    model.join();
    model.join();
    model.remove(0);
    model.hint(0, 'deliver');
    await model.clock.advance(100);
    expect(model.gate.targets().map(({ memberVersion }) => memberVersion)).toEqual([1]);
    expect(model.observers.map(({ last }) => last)).toEqual([0, 1]);
  });

  it('tells sockets that change rooms of a failover that happened meanwhile', async () => {
    const model = new GatewayModel();
    model.join();
    model.join();
    model.append(1);
    model.hint(0, 'deliver');
    model.remove(0);
    model.failover(2);
    model.poll();
    await model.clock.advance(1_000);
    expect(model.observers[1]).toMatchObject({ epoch: model.epoch, last: 0 });
    expectOneOrder(model);
  });

  it('does not believe a hint of another history before its own Postgres says so', async () => {
    const model = new GatewayModel();
    model.join();
    model.append(1);
    model.failover(1);
    model.poll();
    model.hint(0, 'deliver');
    await model.clock.advance(1_000);
    expect(model.pulls).toBe(1);
    expect(model.deliveries.map(({ epoch }) => epoch)).toEqual([model.epoch]);
  });
});
