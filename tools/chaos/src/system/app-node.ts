import { eventually, spawnApp, type Exit, type SpawnedApp } from '@holdfast/testing';
import { pause } from '../run/pause.js';
import type { NodeSpec } from '../plan/topology.js';
import { LogSearch } from './log-search.js';
import { residentMiB } from './proc.js';
import type { Recorder } from './recorder.js';

export interface AppNodeOptions {
  readonly recorder: Recorder;
  readonly dist: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 120_000;
/** Before a process that ended by itself is started again. */
const RESTART_MS = 500;
/** Whoever ends so often without having been ready once will not be: a file that is missing, a port that is taken. */
const FAILED_STARTS = 3;
/** Of the output of a failed start: the message of Node stands before its stack. */
const START_LINES = 24;
/** An app promises to be gone within 10 s of SIGTERM here. */
const TERM_WITHIN_MS = 20_000;

/** One app of the system: started again whenever it ends, until the run is over. */
export class AppNode {
  private process: SpawnedApp | undefined;
  private generation = 0;
  private requested: 'SIGTERM' | 'SIGKILL' | undefined;
  private restartAfterMs = RESTART_MS;
  private readonly stopping = new AbortController();
  private isUp = false;
  private wasUp = false;
  private failedStarts = 0;
  private lastFailure = '';
  private life: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: NodeSpec,
    private readonly options: AppNodeOptions,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Whether the present process has been ready. */
  get isReady(): boolean {
    return this.isUp;
  }

  /** Whether there is no use in waiting for its first readiness. */
  get cannotStart(): boolean {
    return !this.wasUp && this.failedStarts >= FAILED_STARTS;
  }

  /** Why it is not ready, as far as one can tell from outside. */
  get trouble(): string {
    if (this.failedStarts > 0) return `ended ${this.failedStarts} times before it was ready, last ${this.lastFailure}`;
    return this.process === undefined
      ? 'not running'
      : `running, not ready; its last words:\n${lastWords(this.process)}`;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  start(): void {
    this.life = this.live();
  }

  /** Resolves once the present or the next process is ready. */
  async ready(timeoutMs: number): Promise<void> {
    await eventually(() => this.isUp, { timeoutMs, intervalMs: 50 });
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.process?.signal(signal) ?? false;
  }

  /** SIGKILL; a successor starts `downMs` later. */
  kill(downMs: number): Promise<Exit | undefined> {
    return this.request('SIGKILL', downMs);
  }

  /** SIGTERM, and SIGKILL if it does not end; a successor starts `downMs` later. */
  terminate(downMs: number): Promise<Exit | undefined> {
    return this.request('SIGTERM', downMs);
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.signal('SIGCONT');
    await this.request('SIGTERM', 0);
    await this.life;
  }

  sampleMemory(): void {
    const resident = this.process === undefined ? undefined : residentMiB(this.process.pid);
    if (resident === undefined) return;
    this.options.recorder.record({ kind: 'process', node: this.name, what: 'memory', residentMiB: resident });
  }

  private async request(signal: 'SIGTERM' | 'SIGKILL', downMs: number): Promise<Exit | undefined> {
    const { process } = this;
    if (process === undefined) return undefined;
    this.requested = signal;
    this.restartAfterMs = downMs;
    process.signal(signal);
    const late = setTimeout(() => {
      process.signal('SIGKILL');
    }, TERM_WITHIN_MS);
    const exit = await process.exit;
    clearTimeout(late);
    return exit;
  }

  private async live(): Promise<void> {
    do {
      this.requested = undefined;
      this.restartAfterMs = RESTART_MS;
      await this.liveOnce();
    } while (await pause(this.restartAfterMs, this.stopping.signal));
  }

  private async liveOnce(): Promise<void> {
    const { recorder, dist, port, env } = this.options;
    const logs = new LogSearch(this.name, recorder);
    this.generation++;
    const process = await spawnApp({
      app: this.spec.app,
      from: 'built',
      dist,
      env: { ...env, PORT: String(port), INSTANCE_ID: `${this.name}.${String(this.generation)}` },
      readyTimeoutMs: READY_WITHIN_MS,
      onLine: logs.onLine,
    });
    this.process = process;
    // The end of the run came while it was being started.
    if (this.stopping.signal.aborted) void this.request('SIGTERM', 0);
    recorder.record({ kind: 'process', node: this.name, what: 'started' });
    void process.ready.then(
      () => {
        if (this.process !== process) return;
        this.isUp = true;
        this.wasUp = true;
        this.failedStarts = 0;
      },
      () => undefined,
    );
    const { code, signal } = await process.exit;
    const { requested } = this;
    if (!this.isUp && requested === undefined) {
      this.failedStarts++;
      this.lastFailure = `with ${String(code ?? signal)}:\n${lastWords(process, START_LINES)}`;
    }
    this.isUp = false;
    this.process = undefined;
    recorder.record({
      kind: 'process',
      node: this.name,
      what: 'exited',
      expected: requested !== undefined,
      code,
      signal,
      ...(requested === undefined ? {} : { requested }),
      ...(requested === 'SIGKILL' || code === 0 ? {} : { detail: lastWords(process) }),
    });
    logs.end();
  }
}

function lastWords(process: SpawnedApp, lines = 8): string {
  return process.output().split('\n').slice(-lines).join('\n').slice(-4_000);
}
