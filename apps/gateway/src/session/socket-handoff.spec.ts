import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Config } from '@holdfast/config';
import { createLogger } from '@holdfast/observability';
import { eventually } from '@holdfast/testing';
import { RunProgress } from '../run/run-progress.service.js';
import type { ChatSocket } from './chat-socket.js';
import { IdleSockets } from './idle-sockets.service.js';
import { LiveSessions } from './live-sessions.service.js';
import { SocketHandoff } from './socket-handoff.service.js';

const THREAD = '00000000-0000-4000-8000-00000000000b';
const RUN = '00000000-0000-4000-8000-00000000000c';
const target = { tenantId: 't', threadId: THREAD, memberVersion: 0 };
const config = { gateway: { rebalanceIdleMs: 50 } } as Config;
const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

/** What of a socket is looked at. */
class FakeSocket {
  readonly told: string[] = [];
  readonly conn = Object.assign(new EventEmitter(), {
    transport: { socket: { bufferedAmount: 0 } },
    close: () => {
      this.connected = false;
    },
  });
  readonly data = { session: { threads: new Map<string, unknown>(), opening: new Set<string>() } };
  connected = true;
  /** Whether its client goes as soon as it is told to. */
  obeys = false;

  emit(event: string): void {
    this.told.push(event);
    if (this.obeys) this.connected = false;
  }

  says(type: 'message' | 'pong'): void {
    this.conn.emit('packet', { type });
  }

  get chat(): ChatSocket {
    return this as unknown as ChatSocket;
  }
}

function fixture() {
  const runs = new RunProgress();
  const idle = new IdleSockets(runs, config);
  const sessions = new LiveSessions();
  const handoff = new SocketHandoff(sessions, idle, logger);
  const connect = () => {
    const socket = new FakeSocket();
    sessions.add(socket.chat);
    idle.watch(socket.chat);
    return socket;
  };
  return { runs, idle, handoff, connect };
}

describe('a socket that may be handed off', () => {
  it('has been silent, but for heartbeats, since it came', async () => {
    const { idle, connect, handoff } = fixture();
    const socket = connect();
    expect(idle.isIdle(socket.chat)).toBe(false);
    await eventually(() => {
      socket.says('pong');
      return idle.isIdle(socket.chat);
    });
    expect(handoff.candidates()).toEqual([socket]);
    socket.says('message');
    expect(handoff.candidates()).toEqual([]);
  });

  it('opens nothing, has read everything, and has no agent at work before it', async () => {
    const { idle, runs, connect } = fixture();
    const socket = connect();
    const { threads, opening } = socket.data.session;
    threads.set(THREAD, target);
    await eventually(() => idle.isIdle(socket.chat));
    opening.add(THREAD);
    expect(idle.isIdle(socket.chat)).toBe(false);
    opening.clear();
    socket.conn.transport.socket.bufferedAmount = 1;
    expect(idle.isIdle(socket.chat)).toBe(false);
    socket.conn.transport.socket.bufferedAmount = 0;
    runs.reached(THREAD, RUN, { attempt: 1, length: 0 });
    expect(idle.isIdle(socket.chat)).toBe(false);
    runs.ended(THREAD, RUN);
    expect(idle.isIdle(socket.chat)).toBe(true);
  });

  it('is told, and closed if it does not move; one that became busy is kept', async () => {
    const { runs, connect, handoff } = fixture();
    const [stays, streams, left] = [connect(), connect(), connect()];
    left.obeys = true;
    streams.data.session.threads.set(THREAD, target);
    await eventually(() => handoff.candidates().length === 3);
    const chosen = handoff.candidates();
    runs.reached(THREAD, RUN, { attempt: 1, length: 0 });
    handoff.move(chosen, 20);
    await eventually(() => expect(stays.told).toEqual(['server.draining', 'session.closing']));
    expect(stays.connected).toBe(false);
    expect(streams.told).toEqual([]);
    expect(streams.connected).toBe(true);
    await eventually(() => expect(left.told).toEqual(['server.draining']));
  });
});
