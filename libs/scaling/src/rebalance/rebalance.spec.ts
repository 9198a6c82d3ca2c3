import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from './choose.js';
import { gatewaySpread, otherGateways } from './fleet.js';
import { INITIAL, rebalance, type FleetView, type RebalanceState } from './rebalance.js';
import { spreadOf } from './spread.js';

interface ModelSocket {
  readonly isStreaming: boolean;
}

interface ModelInstance {
  state: RebalanceState;
  sockets: ModelSocket[];
  /** What the others believe: the figure of its last heartbeat. */
  told: number;
}

/** Uniform in [0, 1), from a seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Instances behind a balancer. Figures of others are one tick old, and who moves arrives a tick later. */
class Fleet {
  readonly instances: ModelInstance[];
  readonly movedWhileStreaming: ModelSocket[] = [];
  moves = 0;
  #underWay: ModelSocket[] = [];

  constructor(
    counts: readonly (readonly [idle: number, streaming: number])[],
    private readonly random: () => number,
    private readonly place: (instances: readonly ModelInstance[]) => number,
  ) {
    this.instances = counts.map(([idle, streaming]) => ({
      state: INITIAL,
      sockets: [...sockets(idle, false), ...sockets(streaming, true)],
      told: idle + streaming,
    }));
  }

  get counts(): number[] {
    return this.instances.map(({ sockets: held }) => held.length);
  }

  tick(): void {
    const told = this.instances.map((instance) => instance.told);
    const leaving: { from: number; socket: ModelSocket }[] = [];
    for (const [index, instance] of this.instances.entries()) {
      const movable = instance.sockets.filter(({ isStreaming }) => !isStreaming);
      const view: FleetView = {
        own: instance.sockets.length,
        others: told.filter((_, other) => other !== index),
        movable: movable.length,
        isChanging: false,
      };
      const { state, move } = rebalance(instance.state, view);
      instance.state = state;
      for (const socket of choose(movable, move, this.random)) leaving.push({ from: index, socket });
    }
    for (const instance of this.instances) instance.told = instance.sockets.length;
    const arriving = this.#underWay;
    this.#underWay = [];
    for (const socket of arriving) this.instances[this.place(this.instances)]?.sockets.push(socket);
    for (const { from, socket } of leaving) {
      const instance = this.instances[from];
      if (instance === undefined) continue;
      this.moves += 1;
      if (socket.isStreaming) this.movedWhileStreaming.push(socket);
      instance.sockets = instance.sockets.filter((held) => held !== socket);
      this.#underWay.push(socket);
    }
  }

  run(ticks: number): void {
    for (let n = 0; n < ticks; n += 1) this.tick();
  }
}

function sockets(count: number, isStreaming: boolean): ModelSocket[] {
  return Array.from({ length: count }, () => ({ isStreaming }));
}

const fleets = fc.record({
  counts: fc.array(fc.tuple(fc.nat(300), fc.nat(12)), { minLength: 2, maxLength: 6 }),
  seed: fc.nat(),
});

describe('rebalancing', () => {
  it('brings any fleet under 20 %, stops then, and never moves a streaming socket', () => {
    fc.assert(
      fc.property(fleets, ({ counts, seed }) => {
        const random = randomOf(seed);
        const fleet = new Fleet(counts, random, (instances) => Math.floor(random() * instances.length));
        fleet.run(600);
        expect(fleet.movedWhileStreaming).toEqual([]);
        const { moves, counts: now } = fleet;
        fleet.run(200);
        expect(fleet.moves).toBe(moves);
        const mean = now.reduce((sum, count) => sum + count, 0) / now.length;
        // Streaming sockets stay where they are, which may be too many of them; a handful is not worth moving.
        const isStuck = fleet.instances.some(
          ({ sockets: held }) => held.filter((s) => s.isStreaming).length > 1.1 * mean,
        );
        if (mean >= 10 && !isStuck) expect(spreadOf(now)).toBeLessThan(0.2);
      }),
      { numRuns: 60 },
    );
  });

  it('needs few moves when the balancer prefers who has least', () => {
    const random = randomOf(1);
    const least = (instances: readonly ModelInstance[]) => {
      const lengths = instances.map(({ sockets: held }) => held.length);
      return lengths.indexOf(Math.min(...lengths));
    };
    const fleet = new Fleet([[1_000, 0], [1_000, 0], [0, 0]], random, least); // prettier-ignore
    fleet.run(200);
    expect(spreadOf(fleet.counts)).toBeLessThan(0.2);
    expect(fleet.moves).toBeLessThan(750);
  });

  it('does not chase a balancer that sends everybody back', () => {
    const fleet = new Fleet([[1_000, 0], [0, 0]], randomOf(1), () => 0); // prettier-ignore
    fleet.run(200);
    const { moves } = fleet;
    fleet.run(1_000);
    expect(moves).toBeLessThan(600);
    expect(fleet.moves - moves).toBeLessThan(20);
  });

  it('waits for a second look, leaves small fleets and those in change alone, and needs somebody to go to', () => {
    const view: FleetView = { own: 100, others: [0], movable: 100, isChanging: false };
    const first = rebalance(INITIAL, view);
    expect(first).toMatchObject({ move: 0, state: { ticksAbove: 1 } });
    expect(rebalance(first.state, view).move).toBe(50);
    expect(rebalance(first.state, { ...view, movable: 3 }).move).toBe(3);
    expect(rebalance(first.state, { ...view, movable: 0 })).toMatchObject({ move: 0, state: { status: 'watching' } });
    for (const other of [
      { ...view, isChanging: true },
      { ...view, others: [] },
      { ...view, own: 19 },
      { ...view, others: [91] },
    ]) {
      expect(rebalance(first.state, other)).toEqual({ move: 0, state: INITIAL });
    }
  });

  it('counts on gateways only that are ready and were heard of', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const base = { version: '1', startedAt: at, loopLagMs: 0, outboundBytes: 0, ageMs: 100, state: 'ready' as const };
    const self = { ...base, instanceId: 'self', app: 'gateway' as const, connections: 50 };
    const peer = { ...self, instanceId: 'peer', connections: 10 };
    const options = { instanceId: 'self', heartbeatMs: 1_000 };
    const worker = { ...peer, instanceId: 'worker', app: 'agent-worker' as const };
    const silent = { ...peer, instanceId: 'silent', ageMs: 2_500 };
    expect(otherGateways([self, peer, worker, silent], options)).toEqual({ others: [10], isChanging: false });
    expect(otherGateways([self, { ...peer, state: 'draining' }], options)).toEqual({ others: [], isChanging: true });
    expect(otherGateways([peer], options).isChanging).toBe(true);
    expect(gatewaySpread([self, peer, worker])).toBeCloseTo(2 / 3);
    expect(gatewaySpread([worker])).toBeNull();
    expect(spreadOf([0, 0])).toBe(0);
  });
});
