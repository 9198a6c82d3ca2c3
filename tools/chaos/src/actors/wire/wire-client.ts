import { setTimeout as delay } from 'node:timers/promises';
import type { CommandName, CommandReply, CommandRequest } from '@holdfast/contracts';
import type { Random } from '../../random/random.js';
import type { Recorder } from '../../system/recorder.js';
import { nextEntrance, type Entrance } from './entrance.js';
import { Observations, type Observer } from './observations.js';
import { Operations } from './operations.js';
import { ThreadCopies } from './thread-copies.js';
import { WireSocket, type Outcome } from './wire-socket.js';

export interface WireClientOptions {
  readonly observer: Observer;
  readonly entrances: readonly Entrance[];
  readonly threads: readonly string[];
  readonly token: () => Promise<string>;
  readonly recorder: Recorder;
  readonly random: Random;
  /** Only listens: asks for nothing but what it missed while it was away. */
  readonly passive?: boolean;
  /** Does not read for seconds at a time. */
  readonly slow?: boolean;
  /** Called when the server refuses the token; the client gives up. */
  readonly onRefused?: () => void;
}

const BACKOFF_MS = [100, 800] as const;
const SILENCE_MS = 4_000;
const PROBE_MS = 3_000;
const POSITIONS_MS = 150;
const SLOW_MS = [1_500, 6_000] as const;

/**
 * A person's device with no help from our client library: the rules of the wire, and a note of everything that arrives. It
 * returns to any gateway after a loss until it is stopped.
 */
export class WireClient {
  readonly copies: ThreadCopies;
  readonly operations: Operations;
  readonly observations: Observations;
  private socket: WireSocket | undefined;
  private entrance: Entrance | undefined;
  private isStopped = false;
  private reconnectTimer: NodeJS.Timeout | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(readonly options: WireClientOptions) {
    const { recorder, observer, threads } = options;
    this.observations = new Observations(recorder, observer);
    this.operations = new Operations(recorder, observer);
    this.copies = new ThreadCopies({ recorder, observations: this.observations, operations: this.operations }, this);
    for (const thread of threads) this.copies.enter(thread, options.slow === true);
  }

  get name(): string {
    return this.options.observer.client;
  }

  /** Name of the gateway that it is, or was last, connected to. */
  get node(): string {
    return this.entrance?.node ?? 'balancer';
  }

  get url(): string {
    return this.entrance?.url ?? this.options.entrances[0]?.url ?? '';
  }

  get isConnected(): boolean {
    return this.socket?.isOpen === true;
  }

  get isPassive(): boolean {
    return this.options.passive === true;
  }

  start(): void {
    void this.connect();
    this.timers.push(
      setInterval(() => {
        this.copies.tellPositions();
      }, POSITIONS_MS),
    );
    // Who does not read cannot tell a lost connection from one that it neglects.
    if (!this.isPassive && this.options.slow !== true)
      this.timers.push(setInterval(() => void this.probe(), SILENCE_MS / 4));
    if (this.options.slow === true) this.dawdle();
  }

  command<N extends CommandName>(
    name: N,
    request: CommandRequest<N>,
    timeoutMs?: number,
  ): Promise<Outcome<CommandReply<N>>> {
    if (this.socket === undefined) return Promise.resolve({ outcome: 'info', code: 'not_connected' });
    return this.socket.command(name, request, timeoutMs);
  }

  /** Leaves the gateway and comes back, to any of them, after `ms`. */
  away(ms: number): void {
    const { socket } = this;
    if (socket === undefined || this.isStopped) return;
    if (ms > 0) this.options.recorder.record({ kind: 'away', client: this.name });
    this.socket = undefined;
    socket.close();
    this.copies.onLost();
    this.reconnect(ms);
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    clearTimeout(this.reconnectTimer);
    for (const timer of this.timers) clearInterval(timer);
    this.copies.tellPositions();
    this.socket?.close();
  }

  private async connect(): Promise<void> {
    const { random, entrances, onRefused } = this.options;
    if (this.isStopped) return;
    const token = await this.options.token();
    this.entrance = nextEntrance(random, entrances, this.entrance);
    this.observations.connection++;
    const socket: WireSocket = new WireSocket({
      url: this.entrance.url,
      token,
      onEvent: (name, payload) => {
        if (this.socket === socket) this.onEvent(name, payload);
      },
      onEnd: (code) => {
        if (this.socket !== socket) return;
        this.copies.onLost();
        if (code === 'unauthenticated') {
          this.stop();
          onRefused?.();
        } else this.reconnect(random.between(...BACKOFF_MS));
      },
    });
    this.socket = socket;
  }

  private onEvent(name: string, payload: unknown): void {
    if (name === 'session.ready') void this.copies.resume();
    else if (name === 'server.draining') {
      const { reconnectAfterMs } = payload as { reconnectAfterMs: number };
      clearTimeout(this.reconnectTimer);
      this.reconnectTimer = setTimeout(() => {
        this.away(0);
      }, reconnectAfterMs);
    } else this.copies.onEvent(name, payload);
  }

  private reconnect(afterMs: number): void {
    this.socket = undefined;
    clearTimeout(this.reconnectTimer);
    this.reconnectTimer = setTimeout(() => void this.connect(), afterMs);
  }

  /** Finds a connection whose other end is gone although it looks open. */
  private async probe(): Promise<void> {
    const { socket } = this;
    const thread = this.copies.entered[0];
    if (socket?.isOpen !== true || thread === undefined) return;
    if (performance.now() - socket.lastHeardAt < SILENCE_MS) return;
    const asked = performance.now();
    await socket.command('typing.set', { threadId: thread, typing: false }, PROBE_MS);
    if (socket.lastHeardAt < asked && this.socket === socket) this.away(0);
  }

  private dawdle(): void {
    const { random } = this.options;
    void (async () => {
      while (!this.isStopped) {
        await delay(random.between(...SLOW_MS));
        const ms = random.between(...SLOW_MS);
        this.socket?.pauseReading(ms);
        await delay(ms);
      }
    })();
  }
}
