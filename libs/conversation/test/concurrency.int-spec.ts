import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Database } from '@holdfast/database';
import {
  AppendBatcher,
  appendMessages,
  type AppendOutcome,
  type AppendRow,
  type BatchedOutcome,
} from '../src/index.js';
import { fixture, log, row, thread, type Fixture } from './fixture.js';

jest.setTimeout(60_000);

const WRITERS = 16;
const THREADS = 50;
const BATCHES = 25;
const BATCH_ROWS = 20;
const RETRIES = 0.2;

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

const deadlocks = {
  name: 'deadlocks',
  text: 'select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()',
};

/** A generator that gives the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function key({ threadId, senderId, clientMessageId }: AppendRow): string {
  return [threadId, senderId, clientMessageId].join();
}

/** Where an acknowledgement says that a message is. */
function placeOf(outcome: BatchedOutcome): string | undefined {
  if (outcome.status === 'appended') return `${outcome.event.id}@${String(outcome.event.seq)}`;
  return outcome.status === 'duplicate' ? `${outcome.eventId}@${String(outcome.seq)}` : undefined;
}

async function until<T extends BatchedOutcome>(attempt: () => Promise<T[]>, rows: AppendRow[]): Promise<T[]> {
  for (let i = 0; i < 200; i++) {
    const outcomes = await attempt();
    if (outcomes.every(({ status }) => status !== 'busy')) return outcomes;
  }
  throw new Error(`busy for ever: ${rows[0]?.threadId ?? ''}`);
}

it('keeps every thread dense, ordered and free of doubles under 16 writers that repeat each other', async () => {
  const people = [f.alice, f.bob];
  const threads: string[] = [];
  for (let i = 0; i < THREADS; i++) threads.push(await thread(f.db, f.alice, { members: [f.bob], agent: true }));
  const sent: AppendRow[] = [];
  const places = new Map<string, Set<string>>();
  const dbs = Array.from({ length: WRITERS }, () => new Database({ url: f.url, poolMax: 1, timeoutMs: 10_000 }));

  async function write(db: Database, writer: number): Promise<void> {
    const next = random(writer + 1);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
    for (let batch = 0; batch < BATCHES; batch++) {
      const rows = new Map<string, AppendRow>();
      for (let i = 0; i < BATCH_ROWS; i++) {
        const again = next() < RETRIES ? pick(sent) : undefined;
        const fresh = row(
          pick(people) ?? f.alice,
          pick(threads) ?? '',
          `message ${String(writer)}.${String(batch)}.${String(i)}`,
        );
        const message = again ?? fresh;
        rows.set(key(message), message);
        if (again === undefined) sent.push(fresh);
      }
      let open = [...rows.values()];
      while (open.length > 0) {
        const outcomes: AppendOutcome[] = await appendMessages(db, open);
        outcomes.forEach((outcome, index) => {
          const message = open[index];
          const place = placeOf(outcome);
          if (message === undefined || place === undefined) return;
          places.set(key(message), (places.get(key(message)) ?? new Set()).add(place));
        });
        open = open.filter((_, index) => outcomes[index]?.status === 'busy');
      }
    }
  }

  await Promise.all(dbs.map(write));
  await Promise.all(dbs.map((db) => db.close()));
  let stored = 0;
  for (const threadId of threads) {
    const messages = (await log(f.db, threadId)).filter(({ type }) => type === 'message.sent');
    stored += messages.length;
    for (const event of messages) {
      if (event.type !== 'message.sent') continue;
      const place = places.get([threadId, event.senderId, event.data.clientMessageId].join());
      expect([...(place ?? [])]).toEqual([`${event.id}@${String(event.seq)}`]);
    }
  }
  expect(stored).toBe(sent.length);
  expect(places.size).toBe(sent.length);
  expect(await f.db.query(deadlocks)).toEqual([{ deadlocks: 0 }]);
}, 120_000);

it('keeps the order of each sender through the batchers of four gateways that share the threads', async () => {
  const threads = [
    await thread(f.db, f.alice, { members: [f.bob] }),
    await thread(f.db, f.alice, { members: [f.bob] }),
  ];
  const batchers = Array.from(
    { length: 4 },
    () => new AppendBatcher({ append: (rows) => appendMessages(f.db, rows), lanes: 2 }),
  );
  const senders = threads.flatMap((threadId) => [f.alice, f.bob].map((sender) => ({ threadId, sender })));
  const texts = Array.from({ length: 60 }, (_, i) => String(i));
  await Promise.all(
    senders.map(async ({ threadId, sender }, s) => {
      for (let i = 0; i < texts.length; i += 3) {
        const rows = texts.slice(i, i + 3).map((value) => row(sender, threadId, value));
        const outcomes = await until(() => batchers[(s + i) % 4]?.submit(rows) ?? Promise.resolve([]), rows);
        expect(outcomes.map(placeOf)).not.toContain(undefined);
      }
    }),
  );
  for (const { threadId, sender } of senders) {
    const said = (await log(f.db, threadId)).flatMap((event) =>
      event.type === 'message.sent' && event.senderId === sender.userId ? (event.data.body?.parts ?? []) : [],
    );
    expect(said).toEqual(texts.map((value) => ({ type: 'text', text: value })));
  }
});
