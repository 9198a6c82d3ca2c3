import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { partsLength, partsText, type CommandReply, type Part, type ServerEvent } from '@holdfast/contracts';
import { createThread, readRange } from '@holdfast/conversation';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { eventually, type SpawnedApp } from '@holdfast/testing';
import type { Socket } from 'socket.io-client';
import { connect } from '../lib/connect.js';
import { report, verdict } from '../lib/report.js';
import { Samples } from '../lib/samples.js';
import { World } from '../lib/world.js';

const KILLS = 20;
const PROMISE_MS = 5_000;
const ACK_MS = 10_000;
/** Text that a person has seen when the worker dies, in UTF-16 units. */
const SEEN_UNITS = 120;

/** What a bare client saw of one run, by the rules of the protocol. */
class Watch {
  text: Part[] = [];
  attempt = 0;
  lastAt = 0;
  readonly faults: string[] = [];

  attempted({ attempt, base }: ServerEvent<'run.attempt'>): void {
    if (attempt <= this.attempt) return;
    this.attempt = attempt;
    // More than was seen is told by a follow; less would be a reset, which this agent never needs.
    if (base < partsLength(this.text)) this.faults.push(`attempt ${String(attempt)} keeps only ${String(base)} units`);
  }

  /** @returns false if something before it is missing */
  chunk({ attempt, off, parts }: ServerEvent<'run.chunk'>): boolean {
    if (attempt < this.attempt || off < partsLength(this.text)) return true;
    if (attempt > this.attempt || off > partsLength(this.text)) return false;
    this.text.push(...parts);
    this.lastAt = performance.now();
    return true;
  }

  snapshot({ attempt, parts }: Pick<ServerEvent<'run.snapshot'>, 'attempt' | 'parts'>): void {
    if (!partsText(parts).startsWith(partsText(this.text))) this.faults.push('a snapshot of another text');
    this.attempt = attempt;
    if (partsLength(parts) > partsLength(this.text)) this.lastAt = performance.now();
    this.text = [...parts];
  }
}

/**
 * `npm run bench:takeover`: kills the worker that streams an answer, again and again, and measures how long the person
 * who reads it waits for the next word.
 */
export async function takeover(): Promise<boolean> {
  const world = await World.start();
  try {
    const gateway = await world.gateway();
    const workers = new Map<string, SpawnedApp>();
    const hire = async (): Promise<void> => {
      const id = `worker-${randomUUID()}`;
      workers.set(id, await world.worker({ INSTANCE_ID: id, GUIDE_TOKENS_PER_S: '150' }));
    };
    await Promise.all([hire(), hire()]);
    const [ada] = await world.users(1);
    if (ada === undefined) throw new Error('nobody asks');
    const socket = await connect(gateway.url, 'user-0');
    const waits = new Samples();
    let faults = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const threadId = randomUUID();
      const thread = {
        threadId,
        title: 'A thread',
        agentId: GUIDE_AGENT_ID,
        agentMode: 'every',
        memberIds: [],
      } as const;
      await createThread(world.db, ada, thread);
      // At another moment of the lease each time.
      await delay(Math.random() * 1_000);
      const result = await once(world, { socket, threadId, workers });
      waits.add(result.waitMs);
      faults += result.faults.length;
      for (const fault of result.faults) report(`fault in run ${String(kill + 1)}`, fault);
      await hire();
    }
    socket.disconnect();
    report('kill -9 of a streaming worker until the next word', waits.toString());
    report('p95', `${waits.quantile(0.95).toFixed(0)} ms`);
    const kept = verdict(`the next word within ${String(PROMISE_MS)} ms (p95)`, waits.quantile(0.95) < PROMISE_MS);
    return verdict('one text, one end, nothing mixed', faults === 0) && kept;
  } finally {
    await world.end();
  }
}

type CommandAnswer<N extends 'run.follow'> = ({ ok: true } & CommandReply<N>) | { ok: false };

interface Stage {
  readonly socket: Socket;
  readonly threadId: string;
  readonly workers: Map<string, SpawnedApp>;
}

async function once(world: World, { socket, threadId, workers }: Stage): Promise<{ waitMs: number; faults: string[] }> {
  const watch = new Watch();
  const listeners = {
    'run.attempt': (event: ServerEvent<'run.attempt'>) => {
      if (event.threadId === threadId) watch.attempted(event);
    },
    'run.chunk': (event: ServerEvent<'run.chunk'>) => {
      if (event.threadId === threadId && !watch.chunk(event)) void follow(socket, watch, event.runId);
    },
    'run.snapshot': (event: ServerEvent<'run.snapshot'>) => {
      if (event.threadId === threadId) watch.snapshot(event);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener);
  await socket.timeout(ACK_MS).emitWithAck('thread.open', { threadId, afterSeq: 0 });
  const body = { parts: [{ type: 'text', text: 'Please write a long answer about delivery' }] };
  const messages = [{ clientMessageId: randomUUID(), body }];
  await socket.timeout(ACK_MS).emitWithAck('message.send', { threadId, messages });
  await eventually(() => partsLength(watch.text) > SEEN_UNITS, { timeoutMs: 30_000, intervalMs: 5 });

  const owner = await ownerOf(world, threadId);
  const worker = workers.get(owner);
  if (worker === undefined) throw new Error(`nobody knows ${owner}`);
  worker.signal('SIGKILL');
  await worker.exit;
  workers.delete(owner);
  const killedAt = performance.now();
  const seen = watch.lastAt;
  await eventually(() => watch.lastAt > Math.max(seen, killedAt), { timeoutMs: 30_000, intervalMs: 5 });
  const waitMs = watch.lastAt - killedAt;

  const final = await eventually(() => ending(world, threadId), { timeoutMs: 90_000, intervalMs: 100 });
  for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener);
  if (final.ends !== 1) watch.faults.push(`${String(final.ends)} ends`);
  if (!final.text.startsWith(partsText(watch.text))) watch.faults.push('what was seen is not in the message');
  return { waitMs, faults: watch.faults };
}

/** Asks for what is missing, from the beginning. */
async function follow(socket: Socket, watch: Watch, runId: string): Promise<void> {
  const request = { runId, attempt: 0, off: 0 };
  const answer = (await socket.timeout(ACK_MS).emitWithAck('run.follow', request)) as CommandAnswer<'run.follow'>;
  if (answer.ok && answer.run.status === 'snapshot') watch.snapshot(answer.run);
}

async function ownerOf(world: World, threadId: string): Promise<string> {
  const statement = { name: 'bench_owner', text: 'select lease_owner as owner from chat.run where thread_id = $1' };
  const [row] = await world.db.query<{ owner: string | null }>(statement, [threadId]);
  return row?.owner ?? '';
}

/** How the run ended and the text of its message; throws before its end. */
async function ending(world: World, threadId: string): Promise<{ ends: number; text: string }> {
  const range = await readRange(world.db, { threadId, afterSeq: 0, limit: 1_000 });
  const events = range?.events ?? [];
  const ends = events.filter((event) => event.type === 'run.ended');
  if (ends.length === 0) throw new Error('the run has not ended');
  const answer = events.find((event) => event.type === 'message.sent' && event.senderId === GUIDE_AGENT_ID);
  const parts = answer?.type === 'message.sent' ? (answer.data.body?.parts ?? []) : [];
  return { ends: ends.length, text: partsText(parts) };
}
