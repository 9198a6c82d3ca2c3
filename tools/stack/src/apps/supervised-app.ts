import { setTimeout as delay } from 'node:timers/promises';
import { ManagedProcess, type Exit } from '@holdfast/testing';
import { StackError } from '../stack.errors.js';
import type { AppSpec } from './app-spec.js';
import { HEALTHY_MS, restartDelayMs } from './backoff.js';
import { isReady } from './readiness.js';

/** What a supervised app tells the launcher. */
export interface AppEvents {
  readonly onLine: (name: string, line: string) => void;
  /** The set of running processes changed. */
  readonly onProcesses: () => void;
  readonly onNotice: (text: string) => void;
}

const READY_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 100;

/**
 * Keeps one app running.
 *
 *   starting ──ready──▶ running ──exit──▶ waiting ──backoff──▶ starting
 *      │ exit before the first ready: the launch fails
 *   any state ──stop()──▶ stopping ──exit──▶ stopped
 *
 * The delay doubles with each crash and starts over after the app was ready for 30 s.
 */
export class SupervisedApp {
  private process: ManagedProcess | undefined;
  private failures = 0;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: AppSpec,
    private readonly events: AppEvents,
  ) {}

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.process?.exit === undefined ? this.process?.pid : undefined;
  }

  /** Resolves when the app is ready; rejects with StackError when it ends or is late at this first start. */
  async start(): Promise<void> {
    this.stopping.signal.throwIfAborted();
    const first = this.spawn();
    const outcome = await Promise.race([this.awaitReady(first), first.exited]);
    if (outcome !== 'ready' && !this.stopping.signal.aborted) {
      const what = outcome === 'late' ? 'is not ready after 60 s' : 'ended before it was ready';
      throw new StackError(`${this.spec.name} ${what}: see its last words below.\n${lastWords(first)}`);
    }
    this.loop = this.keepRunning(first);
  }

  /** SIGTERM, and after `timeoutMs` SIGKILL. Returns whether it ended by itself with code 0. */
  async stop(timeoutMs: number): Promise<boolean> {
    this.stopping.abort();
    const exit = await this.process?.stop('SIGTERM', timeoutMs);
    await this.loop;
    return exit === undefined || exit.code === 0;
  }

  /** SIGKILL at once. */
  kill(): void {
    this.stopping.abort();
    if (this.pid !== undefined) this.process?.killGroup();
  }

  private spawn(): ManagedProcess {
    const { name, entry, env } = this.spec;
    this.process = new ManagedProcess({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', entry],
      env,
      onLine: (line) => {
        this.events.onLine(name, line);
      },
    });
    this.events.onProcesses();
    return this.process;
  }

  private async awaitReady(child: ManagedProcess): Promise<'ready' | 'late'> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (performance.now() < deadline && child.exit === undefined && !this.stopping.signal.aborted) {
      if (await isReady(this.spec.port)) return 'ready';
      await delay(PROBE_INTERVAL_MS);
    }
    return 'late';
  }

  private async keepRunning(first: ManagedProcess): Promise<void> {
    const { signal } = this.stopping;
    let child = first;
    let readyAt = performance.now();
    for (;;) {
      const exit = await child.exited;
      this.events.onProcesses();
      if (signal.aborted) return;
      this.failures = performance.now() - readyAt >= HEALTHY_MS ? 1 : this.failures + 1;
      const waitMs = restartDelayMs(this.failures);
      this.events.onNotice(`${this.spec.name} ended (${describe(exit)}); starting it again in ${String(waitMs)} ms.`);
      if (!(await wait(waitMs, signal))) return;
      child = this.spawn();
      // Not ready counts from never, so that an app that hangs at its start does not look healthy.
      readyAt = Infinity;
      const outcome = await Promise.race([this.awaitReady(child), child.exited]);
      if (outcome !== 'ready') continue;
      readyAt = performance.now();
      this.events.onNotice(`${this.spec.name} is ready again.`);
    }
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false);
}

function describe(exit: Exit): string {
  return exit.signal ?? `exit code ${String(exit.code)}`;
}

function lastWords(child: ManagedProcess): string {
  return child.output().split('\n').slice(-15).join('\n') || '(it said nothing)';
}
