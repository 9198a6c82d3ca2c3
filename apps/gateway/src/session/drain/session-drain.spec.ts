import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '@holdfast/config';
import { createLogger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { CommandDispatcher } from '../../command/command-dispatcher.service.js';
import { SocketServer } from '../../publish/socket-server.service.js';
import { RunProgress } from '../../run/run-progress.service.js';
import type { ChatSocket } from '../chat-socket.js';
import type { Fleet } from '../fleet.service.js';
import { IdleSockets } from '../idle-sockets.service.js';
import { LiveSessions } from '../live-sessions.service.js';
import { DrainOrder } from './drain-order.service.js';
import { DrainPace } from './drain-pace.service.js';
import { Farewell } from './farewell.service.js';
import { handoffOverlapMs, handoffWindowMs } from './handoff-pace.js';
import { SessionDrain } from './session-drain.service.js';

const THREAD = '00000000-0000-4000-8000-00000000000b';
const RUN = '00000000-0000-4000-8000-00000000000c';
const limits = { connections: 100, handshakesPerS: 1_000, commandsPerS: 100 };
const config = { gateway: { rebalanceIdleMs: 0 }, limits, service: { shutdownTimeoutMs: 5_000 } } as unknown as Config;
const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

/** What of a socket is looked at; it notes what it is told, and when. */
class FakeSocket {
  connected = true;
  readonly told: { readonly name: string; readonly at: number }[] = [];
  readonly conn: EventEmitter & { close(): void };
  readonly data = {
    session: { threads: new Map<string, unknown>(), opening: new Set<string>(), commands: { take: () => 0 } },
  };

  constructor(
    private readonly sessions: LiveSessions,
    /** Whether its client moves as soon as it is told to. */
    private readonly moves: boolean,
  ) {
    this.conn = Object.assign(new EventEmitter(), {
      transport: { socket: { bufferedAmount: 0 } },
      close: () => {
        this.leave();
      },
    });
    sessions.add(this.chat);
  }

  get chat(): ChatSocket {
    return this as unknown as ChatSocket;
  }

  emit(name: string): void {
    this.told.push({ name, at: performance.now() });
    if (name === 'server.draining' && this.moves) setTimeout(() => this.leave(), 10);
  }

  when(name: string): number {
    return this.told.find((entry) => entry.name === name)?.at ?? Infinity;
  }

  private leave(): void {
    this.connected = false;
    this.sessions.remove(this.chat);
  }
}

describe('the handoff of all sockets', () => {
  let sessions: LiveSessions;
  let runs: RunProgress;
  let commands: CommandDispatcher;
  let shutdown: Shutdown;
  let survivors: { readonly connections: number; readonly loopLagMs: number }[];

  beforeEach(() => {
    sessions = new LiveSessions();
    runs = new RunProgress();
    commands = new CommandDispatcher(logger);
    shutdown = new Shutdown();
    survivors = [{ connections: 0, loopLagMs: 0 }];
    const order = new DrainOrder(sessions, new IdleSockets(runs, config));
    const fleet = { survivors: () => Promise.resolve(survivors) } as unknown as Fleet;
    const farewell = new Farewell(sessions, commands, new SocketServer());
    const drain = new SessionDrain(order, new DrainPace(fleet, config), farewell, shutdown);
    expect(drain).toBeDefined();
  });

  const connect = (count: number, moves = true) => Array.from({ length: count }, () => new FakeSocket(sessions, moves));

  async function end(): Promise<number> {
    const startedAt = performance.now();
    await shutdown.beforeApplicationShutdown();
    return performance.now() - startedAt;
  }

  it('sends idle ones first and streaming ones last, at the pace of the survivors', async () => {
    const streaming = connect(20);
    const idle = connect(60);
    for (const { data } of streaming) data.session.threads.set(THREAD, {});
    runs.reached(THREAD, RUN, { attempt: 1, length: 0 });
    const ms = await end();
    const firstStreaming = Math.min(...streaming.map((socket) => socket.when('server.draining')));
    const times = idle.map((socket) => socket.when('server.draining'));
    expect(Math.max(...times)).toBeLessThanOrEqual(firstStreaming);
    // 80 sockets at 200 per second.
    expect(ms).toBeGreaterThan(300);
    for (const socket of [...streaming, ...idle]) expect(socket.when('session.closing')).toBe(Infinity);
  });

  it('closes those that stay, each with its time between being told and being closed', async () => {
    const stubborn = connect(10, false);
    await end();
    for (const socket of stubborn) {
      expect(socket.told.map(({ name }) => name)).toEqual(['server.draining', 'session.closing']);
      expect(socket.when('session.closing') - socket.when('server.draining')).toBeGreaterThan(300);
      expect(socket.connected).toBe(false);
    }
  });

  it('answers what is at work before it closes, and refuses what comes after', async () => {
    const [socket] = connect(1, false);
    if (socket === undefined) throw new Error('no socket');
    let answer: (value: unknown) => void = () => undefined;
    const table = new Map([['slow', () => new Promise((resolve) => (answer = resolve))]]);
    const answers: unknown[] = [];
    const dispatch = (name: string) => {
      commands.dispatch({ socket: socket.chat, table, name, args: [{}, (value: unknown) => answers.push(value)] });
    };
    dispatch('slow');
    const ended = end().then(() => answers.push('ended'));
    while (sessions.count > 0 && !shutdown.isDraining) await new Promise(setImmediate);
    setTimeout(() => {
      answer('answered');
    }, 300);
    await ended;
    expect(answers[0]).toBe('answered');
    dispatch('slow');
    await new Promise(setImmediate);
    expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'draining', retryable: true } });
  });
});

describe('the overlap of a handoff', () => {
  it('is what the slots leave of the phase, so that slow survivors cost nobody the connection, within a bound', () => {
    expect(handoffOverlapMs(13_000, 1_500)).toBe(11_500);
    expect(handoffOverlapMs(4_000, 2_000)).toBe(2_000);
    expect(handoffOverlapMs(100_000, 1_000)).toBe(15_000);
  });
});

describe('the window of a handoff', () => {
  const options = { maxMs: 5_000, limits };

  it('is as long as the survivors need for everybody', () => {
    const idle = { connections: 0, loopLagMs: 0 };
    expect(handoffWindowMs(400, [idle], options)).toBe(2_000);
    expect(handoffWindowMs(400, [idle, idle], options)).toBe(1_000);
    expect(handoffWindowMs(400, [{ ...idle, loopLagMs: 50 }], options)).toBe(4_000);
    expect(handoffWindowMs(400, [idle, { ...idle, connections: 100 }], options)).toBe(2_000);
  });

  it('is the longest if nobody can take them, or nobody is known', () => {
    expect(handoffWindowMs(10_000, [{ connections: 0, loopLagMs: 0 }], options)).toBe(5_000);
    expect(handoffWindowMs(1, [{ connections: 100, loopLagMs: 0 }], options)).toBe(5_000);
    expect(handoffWindowMs(1, [], options)).toBe(5_000);
  });
});
