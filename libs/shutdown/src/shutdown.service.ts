import { Injectable, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@holdfast/observability';
import { worstPath } from './plan/budgets.js';
import { OWN_STEPS, planSteps } from './plan/plan.js';
import { findCycle } from './plan/step-order.js';
import type { Phase, Step, StepFn, StepOptions } from './plan/step.js';
import { FAULTS, SIGNALS, type ProcessPort } from './process/process-port.js';
import { thisProcess } from './process/this-process.js';
import type { ShutdownReport } from './report/shutdown-report.js';
import { systemClock, type Clock } from './run/clock.js';
import { Sequence } from './run/sequence.js';
import { Termination } from './run/termination.js';

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

interface Installed extends Required<InstallOptions> {
  readonly app: Closable;
  readonly logger: Logger;
}

/** Keeps a report where others find it once the process is gone; a failure is its own affair. */
export type ReportKeeper = (report: ShutdownReport) => Promise<void>;

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
  private installed: Installed | undefined;
  private termination: Termination | undefined;
  private keeper: ReportKeeper | undefined;
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
    if (this.steps.has(name) || OWN_STEPS.has(name)) throw new Error(`A shutdown step "${name}" exists already.`);
    const step: Step = { ...options, name, fn };
    const cycle = findCycle([...this.steps.values(), step]);
    if (cycle !== undefined) throw new Error(`Shutdown steps wait for each other: ${cycle.join(' → ')}.`);
    this.steps.set(name, step);
    this.checkBudgets(name);
    return () => {
      if (this.steps.get(name) === step) this.steps.delete(name);
    };
  }

  /**
   * Has each report kept by `keeper`, twice in the phase `resources`: at its start, and when everything has ended but the
   * steps that name {@link REPORT_STEP} in `after`.
   */
  reportTo(keeper: ReportKeeper): void {
    this.keeper = keeper;
  }

  /**
   * Takes over SIGTERM and SIGINT, and ends the process on a fault that nobody caught. The exit code is 0 after a clean
   * shutdown, 1 if a step failed or overran or a fault came, and 128 + n after a second signal n.
   */
  install(app: Closable, logger: Logger, options: InstallOptions): void {
    const { timeoutMs, graceMs = 0, clock = systemClock, process: host = thisProcess } = options;
    const installed = { app, logger, timeoutMs, graceMs, clock, process: host };
    this.installed = installed;
    this.checkBudgets();
    for (const [signal, number] of Object.entries(SIGNALS)) {
      host.on(signal, () => {
        if (this.termination === undefined) this.begin(installed, signal, 0);
        else this.termination.hasten(128 + number);
      });
    }
    for (const fault of FAULTS) {
      host.on(fault, (error) => {
        logger.fatal({ err: error }, fault);
        if (this.termination === undefined) this.begin(installed, fault, 1);
        else this.termination.fault();
      });
    }
  }

  /**
   * Runs the rest of a boot, such as opening a port. Fails as `work` does, unless the shutdown has begun meanwhile: what
   * fails then, fails because of it. False in that case.
   */
  async unlessDraining(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
    } catch (error) {
      if (!this.draining) throw error;
    }
    return !this.draining;
  }

  /** `app.close()` without a signal, as in tests: runs what has to precede the closing of the listeners. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.termination === undefined) await this.close(BEFORE_LISTENERS);
  }

  /** The other half of `app.close()` without a signal. */
  async onApplicationShutdown(): Promise<void> {
    if (this.termination === undefined) await this.close(AFTER_LISTENERS);
  }

  private begin({ app, logger, timeoutMs, graceMs, clock, process }: Installed, reason: string, exitCode: number) {
    this.draining = true;
    const termination = new Termination({ reason, exitCode, budgetMs: timeoutMs, clock, process, logger });
    this.termination = termination;
    const { keeper } = this;
    const keepReport = keeper === undefined ? undefined : () => keeper(termination.report);
    const closeApp = () => app.close();
    const steps = planSteps([...this.steps.values()], { closeApp, keepReport, timeoutMs, graceMs, clock });
    void termination.begin(steps);
  }

  /**
   * Warns once the steps may need longer than the shutdown has; `newest` = the step that was just added. Without a grace no
   * platform counts the seconds, and a short shutdown is what a developer wants.
   */
  private checkBudgets(newest?: string): void {
    if (this.installed === undefined) return;
    const { logger, timeoutMs, graceMs } = this.installed;
    const { totalMs, phases } = worstPath([...this.steps.values()], { timeoutMs, graceMs });
    if (totalMs <= timeoutMs) return;
    const message =
      'the shutdown steps may need longer than SHUTDOWN_TIMEOUT_MS: later ones get less than they ask for';
    logger[graceMs > 0 ? 'warn' : 'debug']({ timeoutMs, totalMs, phases, newest }, message);
  }

  private async close(phases: readonly Phase[]): Promise<void> {
    this.draining = true;
    const steps = [...this.steps.values()];
    const sequence = new Sequence(steps, { clock: systemClock, budgetMs: CLOSE_BUDGET_MS, phases });
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
