import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Statement, type Tx } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { coverageOf, evaluateSlo, NEVER_EVALUATED, windowBefore, type SloAlerts } from '@holdfast/slo';
import { DefinitionsService, type CurrentDefinition } from '../definitions/definitions.service.js';
import { DeliveryOutbox } from '../delivery/delivery-outbox.js';
import { eventOf, NOTHING_TOLD, noticesFor, type AlertEvent, type ToldOf } from './alert-notices.js';
import { SeriesCache } from './series-cache.js';
import { loadData } from './series-loader.js';
import { toStatusEntry } from './status-entry.js';

/** Between two evaluations, in ms. */
export const EVALUATE_EVERY_MS = 15_000;

/** How far behind now is judged, in ms: reports of the last seconds are still on their way. */
const LAG_MS = 5_000;
const STEP_MS = 5_000;

const CLOCK: Statement = { name: 'slo_clock', text: `select extract(epoch from now())::float8 * 1000 as now` };

/** One evaluator per SLO at a time; the version in the row is the second fence. */
const LOCK: Statement = {
  name: 'slo_state_lock',
  text: `select pg_try_advisory_xact_lock(hashtext('slo-evaluate'), hashtext($1)) as "isLocked"`,
};

const STATE: Statement = {
  name: 'slo_state_read',
  text: `
select version::float8 as version, extract(epoch from as_of)::float8 * 1000 as "asOf", alerts from slo.state where slo = $1`,
};

const SAVE: Statement = {
  name: 'slo_state_save',
  text: `
insert into slo.state as s (slo, version, as_of, alerts, status) values ($1, 1, $3, $4::jsonb, $5::jsonb)
on conflict (slo) do update set version = s.version + 1, as_of = excluded.as_of, alerts = excluded.alerts,
  status = excluded.status where s.version = $2
returning version`,
};

const EVENT: Statement = {
  name: 'slo_alert_event',
  text: `
insert into slo.alert_event (slo, kind, incident, transition, severity, at, detail)
values ($1, $2, $3, $4, $5, $6, jsonb_build_object('rules', $7::jsonb))`,
};

const FIRING: Statement = {
  name: 'slo_firing',
  text: `select slo from slo.state where slo = any($1::text[]) and alerts -> 'burn' ->> 'status' = 'firing'`,
};

interface StoredAlerts extends SloAlerts {
  readonly told: ToldOf;
}

interface StateRow {
  readonly version: number;
  readonly asOf: number;
  readonly alerts: StoredAlerts;
}

/** Judges every SLO now and then. Any number of replicas may run; each SLO is judged once per moment. */
@Injectable()
export class EvaluatorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isBusy = false;
  private readonly cache = new SeriesCache();

  constructor(
    private readonly database: Database,
    private readonly definitions: DefinitionsService,
    private readonly outbox: DeliveryOutbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // Soon for the first time, so that a status is there shortly after the start.
    this.timer = setTimeout(() => void this.cycle(), 2_000).unref();
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Judges every SLO once. Never rejects: what fails is tried again with the next cycle. */
  async evaluateAll(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const observe = metrics.histogram('holdfast_slo_cycle_seconds').startTimer();
    try {
      for (const definition of await this.definitions.current()) await this.attempt(definition);
    } catch (error) {
      this.failed(error);
    } finally {
      observe();
      this.isBusy = false;
    }
  }

  /** @returns whether it was judged: false if another replica does, or did for this moment */
  async evaluate(definition: CurrentDefinition): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ isLocked: boolean }>(LOCK, [definition.id]);
      if (lock?.isLocked !== true) return false;
      const [clock] = await tx.query<{ now: number }>(CLOCK);
      const asOf = Math.floor(((clock?.now ?? 0) - LAG_MS) / STEP_MS) * STEP_MS;
      const [state] = await tx.query<StateRow>(STATE, [definition.id]);
      // Pending needs two evaluations in a row: of two moments, however many replicas there are.
      if (state !== undefined && asOf - state.asOf < EVALUATE_EVERY_MS - STEP_MS) return false;
      await this.judge(tx, definition, { asOf, state });
      return true;
    });
  }

  private async judge(
    tx: Tx,
    definition: CurrentDefinition,
    { asOf, state }: { readonly asOf: number; readonly state: StateRow | undefined },
  ): Promise<void> {
    const { series, epochs, corrections } = await loadData(tx, definition, { cache: this.cache, asOf });
    const alerts = state?.alerts ?? { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED, told: NOTHING_TOLD };
    const coverage = coverageOf(epochs, windowBefore(asOf, definition.windowMs));
    const heardAt = Math.max(definition.since, ...epochs.map(({ lastAt }) => lastAt));
    const evaluation = evaluateSlo({ definition, series, asOf, coverage, heardAt, corrections, alerts });
    const explaining = await tx.query(FIRING, [definition.dependsOn]);
    const { told, notices } = noticesFor({
      definition,
      evaluation,
      told: alerts.told,
      isInhibited: explaining.length > 0,
    });
    const { burn, budget } = evaluation.steps;
    const stored: StoredAlerts = { burn: burn.state, budget: budget.state, told };
    const status = toStatusEntry(definition, evaluation);
    const values = [definition.id, state?.version ?? 0, new Date(asOf), JSON.stringify(stored), JSON.stringify(status)];
    if ((await tx.query(SAVE, values)).length === 0) return;
    const events = [eventOf(definition.id, 'burn', burn), eventOf(definition.id, 'budget', budget)];
    for (const event of events) if (event !== undefined) await this.record(tx, definition, { event, asOf });
    await this.outbox.enqueue(tx, notices);
  }

  private async record(
    tx: Tx,
    { id }: CurrentDefinition,
    { event, asOf }: { readonly event: AlertEvent; readonly asOf: number },
  ): Promise<void> {
    const { kind, incident, transition, severity, rules } = event;
    this.logger.info({ slo: id, kind, incident, transition, severity }, 'slo alert');
    metrics.counter('holdfast_slo_transitions_total').inc({ transition });
    await tx.query(EVENT, [id, kind, incident, transition, severity, new Date(asOf), JSON.stringify(rules)]);
  }

  private async cycle(): Promise<void> {
    await this.evaluateAll();
    if (this.timer === undefined) return;
    this.timer = setTimeout(() => void this.cycle(), EVALUATE_EVERY_MS * (0.95 + Math.random() / 10)).unref();
  }

  private async attempt(definition: CurrentDefinition): Promise<void> {
    try {
      await this.evaluate(definition);
    } catch (error) {
      this.failed(error, definition.id);
    }
  }

  private failed(error: unknown, slo?: string): void {
    metrics.counter('holdfast_slo_failures_total').inc({ part: 'evaluation' });
    this.logger.warn({ err: error, slo }, 'slo not evaluated; trying again');
  }
}
