import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HoldfastClient } from '../src/holdfast-client.js';
import { fakeClient, freshView, loadAll, threadOf, visible } from './fake-client.js';
import { FakeServer, OTHER, SELF, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

/** What may happen to a thread and to the network between. */
type Step =
  | { readonly do: 'say' | 'say twice' | 'cut' | 'beacon' | 'start run' | 'end run' | 'own message' }
  | { readonly do: 'edit' | 'delete' | 'chunk' | 'take over' | 'rename' | 'member' | 'fail over'; readonly n: number }
  | { readonly do: 'network'; readonly delivers: boolean }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Step>({ do: 'say' }, { do: 'say twice' }, { do: 'own message' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'cut' }, { do: 'beacon' }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'start run' }, { do: 'end run' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('edit' as const, 'delete' as const, 'chunk' as const, 'take over' as const),
      n: fc.nat(50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('rename' as const, 'member' as const), n: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail over' as const), n: fc.nat(40) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('network' as const), delivers: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1_500) }) },
);

class World {
  readonly server = new FakeServer(new VirtualClock());
  readonly client = fakeClient(this.server);
  #texts = 0;

  async run(action: Step): Promise<void> {
    const { server, client } = this;
    const runs = [...server.runs.keys()];
    switch (action.do) {
      case 'say':
        server.say(this.#text());
        break;
      case 'say twice':
        server.say(this.#text(), 2);
        break;
      case 'own message':
        client.send(THREAD, this.#text());
        break;
      case 'edit':
      case 'delete':
        this.#change(action.do, action.n);
        break;
      case 'rename':
        server.append({ type: 'thread.renamed', data: { title: `Title ${String(action.n)}` } });
        break;
      case 'member':
        this.#member(action.n);
        break;
      case 'start run':
        if (runs.length === 0) server.startRun();
        break;
      case 'end run':
        server.endRun(runs[0] ?? '');
        break;
      case 'chunk':
        server.chunk(runs[0] ?? '', `${this.#text()} `);
        break;
      case 'take over':
        server.takeOver(runs[0] ?? '', action.n % 2 === 0);
        break;
      case 'fail over':
        server.failOver(Math.max(0, server.log.length - action.n));
        server.cut();
        break;
      case 'cut':
        server.cut();
        break;
      case 'beacon':
        server.beacon();
        break;
      case 'network':
        server.delivers = action.delivers;
        break;
      case 'wait':
        await server.clock.advance(action.ms);
        break;
    }
  }

  #text(): string {
    this.#texts += 1;
    return `text ${String(this.#texts)}`;
  }

  #change(what: 'edit' | 'delete', n: number): void {
    const messages = this.server.log.filter((event) => event.type === 'message.sent' && event.data.body !== null);
    const target = messages[n % Math.max(1, messages.length)];
    if (target === undefined) return;
    const edits = this.server.log.filter(
      (event) => event.type === 'message.edited' && event.data.messageId === target.id,
    ).length;
    const body = { parts: [{ type: 'text' as const, text: this.#text() }] };
    if (what === 'edit') {
      const data = { messageId: target.id, revision: edits + 1, body };
      this.server.append({ type: 'message.edited', data }, target.senderId);
    } else {
      this.server.append(
        { type: 'message.deleted', data: { messageId: target.id, reason: 'deleted' } },
        target.senderId,
      );
    }
  }

  #member(n: number): void {
    const isIn = this.server.members().some(({ userId }) => userId === OTHER);
    const data = { userId: OTHER, name: 'Bo', kind: 'human' as const, role: 'member' as const };
    if (!isIn) this.server.append({ type: 'member.added', data }, SELF);
    else if (n > 0) this.server.append({ type: 'member.removed', data: { userId: OTHER, reason: 'left' } }, OTHER);
  }
}

describe('old state + events = fresh state', () => {
  const clients: HoldfastClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) {
      client.stop();
      client.threads.clear();
    }
  });

  it('holds for any interleaving of events, loss, repetition, cuts, takeovers and failovers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(3, 200), async (steps, page) => {
        const world = new World();
        world.server.page = page;
        clients.push(world.client);
        world.client.start();
        world.client.openThread(THREAD);
        for (const action of steps) await world.run(action);

        world.server.delivers = true;
        await world.server.clock.advance(70_000);
        world.server.beacon();
        await world.server.clock.advance(10_000);
        await loadAll(world.client, world.server);

        expect(visible(threadOf(world.client))).toEqual(await freshView(world.server));
        expect(world.client.outbox.getSnapshot()).toEqual([]);
        world.client.stop();
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('keeps a dense log without a gap or a repetition at every moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = new World();
        clients.push(world.client);
        world.client.start();
        world.client.openThread(THREAD);
        for (const action of steps) {
          await world.run(action);
          const { log } = threadOf(world.client);
          expect(log.events.map(({ seq }) => seq)).toEqual(log.events.map((_, index) => log.base + index + 1));
        }
        world.client.stop();
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('a message on its way', () => {
  it('is sent once under one id, whatever happens to the answers', async () => {
    const server = new FakeServer(new VirtualClock());
    const client = fakeClient(server);
    client.start();
    client.openThread(THREAD);
    await server.clock.advance(1_000);

    server.answers = false;
    const ids = Array.from({ length: 3 }, (_, index) => client.send(THREAD, `message ${String(index)}`));
    await server.clock.advance(3_000);
    expect(client.outbox.getSnapshot().map(({ state }) => state.status)).toEqual(['sending', 'queued', 'queued']);
    server.answers = true;
    await server.clock.advance(60_000);

    const sent = server.log.flatMap((event) => (event.type === 'message.sent' ? [event.data.clientMessageId] : []));
    expect(sent).toEqual(ids);
    expect(client.outbox.getSnapshot()).toEqual([]);
    client.stop();
  });
});
