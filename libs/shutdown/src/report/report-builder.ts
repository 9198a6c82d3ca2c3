import { randomUUID } from 'node:crypto';
import { isReporting } from '../plan/plan.js';
import { leftOf, type Phase, type Step, type StepReport } from '../plan/step.js';
import type { Clock } from '../run/clock.js';
import type { Abandoned, PhaseEntry, ShutdownReport, StepEntry } from './shutdown-report.js';

interface Begun {
  readonly step: Step;
  readonly startedMs: number;
  report?: StepReport;
}

interface PhaseProgress {
  readonly startedMs: number;
  endedMs?: number;
  readonly steps: Map<string, Begun>;
}

/** Takes down what a shutdown does, so that there is a report of it at any moment. */
export class ReportBuilder {
  private readonly id = randomUUID();
  private readonly startedAt = new Date().toISOString();
  private readonly begunAt: number;
  private readonly phases = new Map<Phase, PhaseProgress>();

  constructor(
    private readonly reason: string,
    private readonly clock: Clock,
  ) {
    this.begunAt = clock.now();
  }

  phaseBegan(phase: Phase): void {
    this.phases.set(phase, { startedMs: this.elapsed(), steps: new Map() });
  }

  phaseEnded(phase: Phase): void {
    const progress = this.phases.get(phase);
    if (progress !== undefined) progress.endedMs = this.elapsed();
  }

  stepBegan(step: Step): void {
    this.phases.get(step.phase)?.steps.set(step.name, { step, startedMs: this.elapsed() });
  }

  stepEnded(report: StepReport): void {
    const begun = this.phases.get(report.phase)?.steps.get(report.name);
    if (begun !== undefined) begun.report = report;
  }

  /** Whether nothing has gone wrong until now. */
  get isClean(): boolean {
    const steps = [...this.phases.values()].flatMap((progress) => [...progress.steps.values()]);
    return steps.every(({ report }) => report === undefined || report.outcome === 'done');
  }

  build(exitCode: number): ShutdownReport {
    const phases = [...this.phases].map(([phase, progress]) => this.phaseEntry(phase, progress));
    const { id, reason, startedAt } = this;
    return { id, reason, startedAt, ms: this.elapsed(), exitCode, phases, abandoned: phases.flatMap(abandonedOf) };
  }

  private elapsed(): number {
    return Math.round(this.clock.now() - this.begunAt);
  }

  private phaseEntry(phase: Phase, { startedMs, endedMs, steps }: PhaseProgress): PhaseEntry {
    // While the report is kept, that step itself is at work, which says nothing.
    const told = [...steps.values()].filter(({ step, report }) => report !== undefined || !isReporting(step));
    const entries = told.map((begun) => this.stepEntry(begun));
    const outcome = entries.every((entry) => entry.outcome === 'done') ? 'done' : 'incomplete';
    const left = entries.reduce((sum, entry) => sum + (entry.left ?? 0), 0);
    return { phase, outcome, startedMs, ms: (endedMs ?? this.elapsed()) - startedMs, left, steps: entries };
  }

  private stepEntry({ step, startedMs, report }: Begun): StepEntry {
    if (report === undefined) {
      return { name: step.name, outcome: 'running', startedMs, ms: this.elapsed() - startedMs, ...leftOf(step) };
    }
    const { name, outcome, ms, left, facts } = report;
    return {
      ...{ name, outcome, startedMs, ms },
      ...(left === undefined ? {} : { left }),
      ...(facts === undefined ? {} : { facts }),
    };
  }
}

function abandonedOf({ phase, steps }: PhaseEntry): Abandoned[] {
  return steps.flatMap(({ name: step, outcome, left }) =>
    outcome === 'done' ? [] : [{ phase, step, outcome, ...(left === undefined ? {} : { left }) }],
  );
}
