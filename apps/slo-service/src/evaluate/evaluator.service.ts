import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import { Database, type Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { RepeatedWork } from '../background/repeated-work.js';
import { DefinitionsService, type CurrentDefinition } from '../definitions/definitions.service.js';
import { DeliveryOutbox } from '../delivery/delivery-outbox.js';
import { EVALUATION, type EvaluationOptions } from './evaluation-options.js';
import { EVENT, LOCK, SAVE, STATES } from './evaluation-statements.js';
import { inOrder } from './in-order.js';
import { judgeSlo, type Judged, type StateRow } from './judge-slo.js';
import { SeriesCache } from './series-cache.js';
import { loadData } from './series-loader.js';

/** How far behind now is judged, in ms: reports of the last seconds are still on their way. */
const LAG_MS = 5_000;
const STEP_MS = 5_000;
/** Soon for the first time, so that a status is there shortly after the start. */
const FIRST_MS = 2_000;

/** SLOs that are judged in one transaction: the round trips of one SLO alone take longer than its judging. */
const BATCH = 50;
/** SLOs that are judged before others have their turn. */
const JUDGED_AT_ONCE = 10;
/** For a batch of which all has to be read, on a busy server. */
const BATCH_TIMEOUT_MS = 10_000;

interface Due {
  readonly definitions: readonly CurrentDefinition[];
  readonly asOf: number;
  /** Of these and of those that explain them; as they are judged. */
  readonly states: Map<string, StateRow>;
}

/** Judges every SLO now and then. Any number of replicas may run; each SLO is judged once per moment. */
@Injectable()
export class EvaluatorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly repeated: RepeatedWork;
  private readonly cache = new SeriesCache();

  constructor(
    private readonly database: Database,
    private readonly definitions: DefinitionsService,
    private readonly outbox: DeliveryOutbox,
    @Inject(EVALUATION) private readonly options: EvaluationOptions,
  ) {
    this.repeated = new RepeatedWork({
      everyMs: options.everyMs,
      firstMs: FIRST_MS,
      work: () => this.evaluateAll(),
      failed: (error) => {
        this.failed(error);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.repeated.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.repeated.stop();
  }

  /** Judges every SLO once. What fails is tried again with the next cycle. */
  private async evaluateAll(): Promise<void> {
    const observe = metrics.histogram('holdfast_slo_cycle_seconds').startTimer();
    try {
      const all = inOrder(await this.definitions.current());
      this.cache.retain(new Set(all.map(({ id }) => id)));
      for (let start = 0; start < all.length; start += BATCH) await this.attempt(all.slice(start, start + BATCH));
    } finally {
      observe();
    }
  }

  /**
   * Judges these, in their order, in one transaction.
   * @returns ids of those that were judged: not those that another replica judges, or did judge for this moment
   */
  async evaluate(definitions: readonly CurrentDefinition[]): Promise<string[]> {
    return this.database.transaction(
      async (tx) => {
        const due = await this.due(tx, definitions);
        if (due.definitions.length === 0) return [];
        const judged = await this.judge(tx, due);
        return this.save(tx, judged, due.asOf);
      },
      { timeoutMs: BATCH_TIMEOUT_MS },
    );
  }

  private async due(tx: Tx, definitions: readonly CurrentDefinition[]): Promise<Due> {
    const ids = definitions.map(({ id }) => id);
    const locks = await tx.query<{ slo: string; isLocked: boolean; now: number }>(LOCK, [ids]);
    const locked = new Set(locks.filter(({ isLocked }) => isLocked).map(({ slo }) => slo));
    const asOf = Math.floor(((locks[0]?.now ?? 0) - LAG_MS) / STEP_MS) * STEP_MS;
    // A statement of its own: it sees what was committed before the locks were taken.
    const rows = await tx.query<StateRow>(STATES, [[...ids, ...definitions.flatMap(({ dependsOn }) => dependsOn)]]);
    const states = new Map(rows.map((row) => [row.slo, row]));
    // Pending needs two evaluations in a row: of two moments, however many replicas there are.
    const isDue = ({ id }: CurrentDefinition) =>
      locked.has(id) && asOf - (states.get(id)?.asOf ?? -Infinity) >= Math.max(STEP_MS, this.options.everyMs - STEP_MS);
    return { definitions: definitions.filter(isDue), asOf, states };
  }

  private async judge(tx: Tx, { definitions, asOf, states }: Due): Promise<Judged[]> {
    const dataOf = await loadData(tx, definitions, { cache: this.cache, asOf });
    const { policy } = this.options;
    const all: Judged[] = [];
    for (const definition of definitions) {
      if (all.length % JUDGED_AT_ONCE === JUDGED_AT_ONCE - 1) await setImmediate();
      const explaining = definition.dependsOn.flatMap((id) => states.get(id)?.alerts.burn ?? []);
      const state = states.get(definition.id);
      const judged = judgeSlo(definition, { data: dataOf(definition.id), asOf, state, explaining, policy });
      all.push(judged);
      states.set(definition.id, { slo: definition.id, asOf, version: judged.version, alerts: judged.alerts });
    }
    return all;
  }

  private async save(tx: Tx, judged: readonly Judged[], asOf: number): Promise<string[]> {
    const states = judged.map(({ slo, version, alerts, status }) => ({ slo, version, alerts, status }));
    const rows = await tx.query<{ slo: string }>(SAVE, [JSON.stringify(states), new Date(asOf)]);
    const saved = new Set(rows.map(({ slo }) => slo));
    const told = judged.filter(({ slo }) => saved.has(slo));
    for (const each of told) await this.record(tx, each, asOf);
    await this.outbox.enqueue(
      tx,
      told.flatMap(({ notices }) => notices),
    );
    return [...saved];
  }

  private async record(tx: Tx, { slo, events }: Judged, asOf: number): Promise<void> {
    for (const { kind, incident, transition, severity, rules } of events) {
      this.options.logger.info({ slo, kind, incident, transition, severity }, 'slo alert');
      metrics.counter('holdfast_slo_transitions_total').inc({ transition });
      await tx.query(EVENT, [slo, kind, incident, transition, severity, new Date(asOf), JSON.stringify(rules)]);
    }
  }

  private async attempt(batch: readonly CurrentDefinition[]): Promise<void> {
    try {
      await this.evaluate(batch);
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable';
      // One that cannot be judged must not keep the others from it.
      if (batch.length > 1 && !isAway) for (const each of batch) await this.attempt([each]);
      else this.failed(error, batch);
    }
  }

  private failed(error: unknown, batch: readonly CurrentDefinition[] = []): void {
    metrics.counter('holdfast_slo_failures_total').inc({ part: 'evaluation' });
    this.options.logger.warn({ err: error, slos: batch.map(({ id }) => id) }, 'slos not evaluated; trying again');
  }
}
