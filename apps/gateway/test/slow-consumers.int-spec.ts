import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partsText, type LogEvent, type ServerEvent } from '@holdfast/contracts';
import { claimRun, commitChunks, finishRun } from '@holdfast/conversation';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { FanOut, type ThreadTarget } from '@holdfast/scaling';
import { eventually } from '@holdfast/testing';
import { LiveSessions } from '../src/session/live-sessions.service.js';
import { SocketOutputs } from '../src/session/socket-outputs.service.js';
import type { ChatClient } from './support/chat-client.js';
import { Stage } from './support/stage.js';

const MIB = 1_048_576;
const SLOW = { timeoutMs: 20_000 };
const RELAXED = { LIMIT_RATE_MESSAGES: '10000', LIMIT_RATE_BURST: '10000', LIMIT_COMMANDS_PER_S: '10000' };

/** A run whose output is committed and then told, as a worker does it. */
class Stream {
  text = '';

  constructor(
    private readonly stage: Stage,
    private readonly target: ThreadTarget,
    readonly runId: string,
  ) {}

  async write(text: string): Promise<void> {
    const { threadId } = this.target;
    const off = this.text.length;
    const chunk = { runId: this.runId, attempt: 1, off, parts: [{ type: 'text' as const, text }] };
    await commitChunks(this.stage.db, [chunk], 60_000);
    this.text += text;
    this.fanOut.toThread(this.target, 'run.chunk', { threadId, ...chunk });
  }

  async end(): Promise<void> {
    const { threadId } = this.target;
    const end = { runId: this.runId, attempt: 1 };
    await finishRun(this.stage.db, { ...end, off: this.text.length, parts: [], outcome: 'completed' });
    const length = this.text.length;
    this.fanOut.toThread(this.target, 'run.ended', { threadId, ...end, length, outcome: 'completed' });
  }

  private get fanOut(): FanOut {
    const [gateway] = this.stage.gateways;
    if (gateway === undefined) throw new Error('no gateway');
    return gateway.app.get(FanOut);
  }
}

/** What a bare client holds of a run after everything it was told; a piece that does not continue it is a fault. */
function textOf(client: ChatClient, runId: string): string {
  let text = '';
  for (const { name, payload } of client.received) {
    if (name === 'run.snapshot') {
      const snapshot = payload as ServerEvent<'run.snapshot'>;
      if (snapshot.runId === runId) text = partsText(snapshot.parts);
    }
    if (name !== 'run.chunk') continue;
    const chunk = payload as ServerEvent<'run.chunk'>;
    if (chunk.runId !== runId) continue;
    if (chunk.off > text.length) throw new Error(`a hole: ${String(chunk.off)} after ${String(text.length)}`);
    text = text.slice(0, chunk.off) + partsText(chunk.parts);
  }
  return text;
}

/** The whole log of a thread after `afterSeq`. */
async function pullAll(client: ChatClient, threadId: string, afterSeq = 0): Promise<LogEvent[]> {
  const { events, more } = await client.do('events.pull', { threadId, afterSeq, limit: 200 });
  const last = events.at(-1)?.seq ?? afterSeq;
  return more ? [...events, ...(await pullAll(client, threadId, last))] : events;
}

/** The network connection of a client, to stop and go on reading. */
function wire(client: ChatClient): { pause(): void; resume(): void } {
  return (client.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws;
}

describe('a client that reads slowly', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(1, RELAXED);
  }, 120_000);

  afterAll(async () => {
    expect(await stage.strike()).toEqual([0]);
  }, 30_000);

  const slowSockets = async () => (await metrics.gauge('holdfast_slow_sockets').get()).values[0]?.value ?? 0;

  it('gets one snapshot in place of the pieces of a run, and ends with exactly the right state', async () => {
    const [ann, deaf] = await Promise.all(['ann', 'deaf'].map((sub) => stage.connect({ sub })));
    if (!ann || !deaf) throw new Error('not connected');
    const threadId = await ann.createThread([deaf.userId], GUIDE_AGENT_ID);
    await Promise.all([ann.open(threadId), deaf.open(threadId)]);
    const [sent] = await ann.send(threadId, '@Guide go');
    const [run] = await stage.db.query<{ id: string }>(
      { name: 'run_of', text: 'select id from chat.run where thread_id = $1' },
      [threadId],
    );
    const runId = sent?.ok === true ? (sent.runId ?? run?.id ?? '') : '';
    await claimRun(stage.db, { runId, owner: 'test', leaseMs: 60_000, canContinue: () => true });
    const [place] = await stage.db.query<{ tenant_id: string; member_version: number }>(
      { name: 'place_of', text: 'select tenant_id, member_version from chat.thread where id = $1' },
      [threadId],
    );
    if (place === undefined) throw new Error('no thread');
    const target = { threadId, tenantId: place.tenant_id, memberVersion: place.member_version };
    const stream = new Stream(stage, target, runId);
    await stream.write('It begins. ');
    await deaf.next('run.snapshot').catch(() => deaf.next('run.chunk'));

    wire(deaf).pause();
    // More than the kernel takes for it, then one MiB that waits here.
    for (let n = 0; n < 500 && (await slowSockets()) === 0; n += 1) await ann.send(threadId, 'x'.repeat(30_000));
    expect(await slowSockets()).toBe(1);
    const outputs = stage.gateways[0]?.app.get(SocketOutputs);
    for (let n = 0; n < 100; n += 1) await stream.write(`piece ${String(n)} ${'y'.repeat(4_000)}`);
    await eventually(() => {
      expect(textOf(ann, runId)).toBe(stream.text);
    }, SLOW);
    expect(outputs?.bytes ?? 0).toBeLessThan(2 * MIB);
    expect(deaf.socket.connected).toBe(true);

    wire(deaf).resume();
    for (let n = 0; n < 50; n += 1) await stream.write(`late ${String(n)} `);
    await eventually(async () => {
      expect(await slowSockets()).toBe(0);
    }, SLOW);
    await stream.write('The end.');
    await stream.end();
    await deaf.next('run.ended', (ended) => ended.runId === runId);
    expect(textOf(deaf, runId)).toBe(stream.text);
    await eventually(() => {
      expect(deaf.events(threadId)).toEqual(ann.events(threadId));
    }, SLOW);
    expect(deaf.all('run.chunk').length).toBeLessThanOrEqual(ann.all('run.chunk').length - 100);
    expect(deaf.all('run.snapshot').length).toBeLessThan(20);
  }, 120_000);

  /** The packets of Socket.IO that the gateway writes to a client's connection from now on. */
  function spyOn(client: ChatClient): string[] {
    const written: string[] = [];
    const sessions = [...(stage.gateways[0]?.app.get(LiveSessions) ?? [])];
    const socket = sessions.find(({ id }) => id === client.socket.id);
    socket?.conn.on('packetCreate', ({ type, data }: { type: string; data?: unknown }) => {
      if (type === 'message') written.push(String(data));
    });
    return written;
  }

  it('is closed as slow_consumer above 4 MiB, comes back, and then has exactly the log; the others notice nothing', async () => {
    const [ann, deaf] = await Promise.all(['bea', 'mute'].map((sub) => stage.connect({ sub })));
    if (!ann || !deaf) throw new Error('not connected');
    const threadId = await ann.createThread([deaf.userId]);
    await Promise.all([ann.open(threadId), deaf.open(threadId)]);
    const closed = async () => {
      const { values } = await metrics.counter('holdfast_slow_transitions_total').get();
      return values.find(({ labels }) => labels.kind === 'closed')?.value ?? 0;
    };
    const before = await closed();
    const written = spyOn(deaf);
    wire(deaf).pause();
    const text = 'x'.repeat(30_000);
    for (let n = 0; n < 500 && (await closed()) === before; n += 1) await ann.send(threadId, text);
    expect(await closed()).toBe(before + 1);
    // Its last word, behind what the client did not read: it is dropped with it, unless the network takes it all at once.
    expect(written.at(-1)).toBe('2/chat,["session.closing",{"code":"slow_consumer","mayReconnect":true}]');

    wire(deaf).resume();
    await eventually(() => {
      expect(deaf.all('session.ready')).toHaveLength(2);
    }, SLOW);
    const afterSeq = deaf.events(threadId).at(-1)?.seq ?? 2;
    const epoch = deaf.all('session.ready')[0]?.epoch ?? '';
    const cursor = { threadId, afterSeq, epoch };
    const [resumed] = (await deaf.do('session.resume', { threads: [cursor], runs: [] })).threads;
    if (resumed?.status !== 'delta') throw new Error('not resumed');
    const resumedTo = resumed.events.at(-1)?.seq ?? afterSeq;
    const held = [...deaf.events(threadId), ...resumed.events, ...(await pullAll(deaf, threadId, resumedTo))];
    expect(held).toEqual(await pullAll(ann, threadId, 2));
    expect(ann.events(threadId)).toEqual(held);
    expect(ann.all('session.ready')).toHaveLength(1);
    await ann.send(threadId, 'and on');
    await eventually(() => {
      expect(deaf.events(threadId).at(-1)).toEqual(ann.events(threadId).at(-1));
    }, SLOW);
  }, 120_000);
});
