import { Injectable, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@holdfast/observability';
import { systemClock, type Clock } from './clock.js';
import { APP_STEP, planSteps } from './plan.js';
import { FAULTS, SIGNALS, type ProcessPort } from './process-port.js';
import { Sequence } from './sequence.js';
import { findCycle } from './step-order.js';
import type { Phase, Step, StepFn, StepOptions } from './step.js';
import { Termination } from './termination.js';

/** What a shutdown closes before the resources: the Nest application. */
export interface Closable {
  close(): Promise<unknown>;
}

export interface InstallOptions {
  /** Longest time from the first signal to the exit, in ms. */
  readonly timeoutMs: number;
  /** Time to go on serving everything while balancers learn that this instance leaves, in ms; 0 by default. */
  readonly graceMs?: number;
  readonly clock?: Clock;
  readonly process?: ProcessPort;
}

/** Phases of a plain `app.close()` before and after Nest closes its listeners; there is no balancer to wait for. */
const BEFORE_LISTENERS = ['mark', 'requests', 'sockets', 'agents'] as const satisfies Phase[];
const AFTER_LISTENERS = ['resources', 'custom'] as const satisfies Phase[];

/** Budget of each half of a plain `app.close()`, in ms. */
const CLOSE_BUDGET_MS = 10_000;

/**
 * Ends the process in order: mark → grace → requests → sockets → agents → resources → custom. Whoever owns something
 * that has to be ended registers a step; this class knows none by name.
 */
@Injectable()
export class Shutdown implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly steps = new Map<string, Step>();
  private termination: Termination | undefined;
  private draining = false;

  /** True from the first signal on. */
  get isDraining(): boolean {
    return this.draining;
  }

  /**
   * Registers a step; its failure or overrun is isolated from the others. Returns a function that takes it back.
   * @throws Error if the name is taken or `after` closes a cycle.
   */
  onShutdown(name: string, options: StepOptions, fn: StepFn): () => void {
    if (this.steps.has(name) || name === APP_STEP) throw new Error(`A shutdown step "${name}" exists already.`);
    const step: Step = { ...options, name, fn };
    const cycle = findCycle([...this.steps.values(), step]);
    if (cycle !== undefined) throw new Error(`Shutdown steps wait for each other: ${cycle.join(' → ')}.`);
    this.steps.set(name, step);
    return () => {
      if (this.steps.get(name) === step) this.steps.delete(name);
    };
  }

  /**
   * Takes over SIGTERM and SIGINT, and ends the process on a fault that nobody caught. The exit code is 0 after a clean
   * shutdown, 1 if a step failed or overran or a fault began it, and 128 + n after a second signal n.
   */
  install(app: Closable, logger: Logger, options: InstallOptions): void {
    const { timeoutMs, graceMs = 0, clock = systemClock, process: host = process } = options;
    const begin = (reason: string, exitCode: number) => {
      this.draining = true;
      const plan = { closeApp: () => app.close(), timeoutMs, graceMs, clock };
      const steps = planSteps([...this.steps.values()], plan);
      this.termination = new Termination({ steps, budgetMs: timeoutMs, clock, process: host, logger });
      void this.termination.begin(reason, exitCode);
    };
    for (const [signal, number] of Object.entries(SIGNALS)) {
      host.on(signal, () => {
        if (this.termination === undefined) begin(signal, 0);
        else this.termination.hasten(128 + number);
      });
    }
    for (const fault of FAULTS) {
      host.on(fault, (error) => {
        logger.fatal({ err: error }, fault);
        if (this.termination === undefined) begin(fault, 1);
      });
    }
  }

  /** `app.close()` without a signal, as in tests: runs what has to precede the closing of the listeners. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.termination === undefined) await this.close(BEFORE_LISTENERS);
  }

  /** The other half of `app.close()` without a signal. */
  async onApplicationShutdown(): Promise<void> {
    if (this.termination === undefined) await this.close(AFTER_LISTENERS);
  }

  private async close(phases: readonly Phase[]): Promise<void> {
    this.draining = true;
    const sequence = new Sequence([...this.steps.values()], {
      clock: systemClock,
      budgetMs: CLOSE_BUDGET_MS,
      phases,
      onPhase: () => undefined,
    });
    const failures = (await sequence.begin()).filter(({ outcome }) => outcome !== 'done');
    if (failures.length > 0) {
      const names = failures.map(({ name, outcome }) => `${name} (${outcome})`).join(', ');
      throw new AggregateError(
        failures.map(({ error }) => error),
        `Shutdown steps did not end well: ${names}.`,
      );
    }
  }
}
