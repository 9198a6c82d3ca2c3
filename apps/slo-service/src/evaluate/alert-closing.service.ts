import { Inject, Injectable } from '@nestjs/common';
import type { Statement, Tx } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import type { AlertState, AlertStep } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import type { AlertNotice } from '../delivery/alert-notice.js';
import { DeliveryOutbox } from '../delivery/delivery-outbox.js';
import { eventOf, NOTHING_TOLD, type AlertKind, type Told } from './alert-notices.js';
import { EVENT } from './evaluation-statements.js';
import type { StoredAlerts } from './judge-slo.js';

/** Waits for an evaluation that has just saved, and sees what it told. */
const STATE: Statement = {
  name: 'slo_state_close_read',
  text: `select alerts, extract(epoch from now())::float8 * 1000 as now from slo.state where slo = $1 for update`,
};

/** With a version of its own, so that an evaluation which is under way saves nothing. */
const CLOSE: Statement = {
  name: 'slo_state_close',
  text: `update slo.state set version = version + 1, alerts = $2::jsonb where slo = $1`,
};

const KINDS: readonly AlertKind[] = ['burn', 'budget'];

/** Ends the alerts of an SLO by which nobody judges any more: nothing else would ever end them. */
@Injectable()
export class AlertClosing {
  constructor(
    private readonly outbox: DeliveryOutbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** In the transaction that removes the definition. Done twice it does nothing. */
  async close(tx: Tx, definition: CurrentDefinition): Promise<void> {
    const { id } = definition;
    const [state] = await tx.query<{ alerts: StoredAlerts; now: number }>(STATE, [id]);
    if (state === undefined) return;
    const { alerts, now } = state;
    const inactive: AlertState = { status: 'inactive', at: now };
    await tx.query(CLOSE, [id, JSON.stringify({ burn: inactive, budget: inactive, told: NOTHING_TOLD })]);
    for (const kind of KINDS) await this.record(tx, id, { kind, state: alerts[kind], now });
    const notices = KINDS.flatMap((kind) => noticeOf(definition, { kind, told: alerts.told[kind], at: now }));
    await this.outbox.enqueue(tx, notices);
  }

  private async record(
    tx: Tx,
    slo: string,
    { kind, state, now }: { readonly kind: AlertKind; readonly state: AlertState; readonly now: number },
  ): Promise<void> {
    if (state.status !== 'firing') return;
    const step: AlertStep = {
      state: { status: 'resolved', at: now, resolvedAt: now, incident: state.incident },
      transition: 'resolved',
    };
    const event = eventOf(slo, kind, step);
    if (event === undefined) return;
    const { incident, transition } = event;
    this.logger.info({ slo, kind, incident, transition }, 'slo alert of a removed slo');
    metrics.counter('holdfast_slo_transitions_total').inc({ transition });
    await tx.query(EVENT, [slo, kind, incident, transition, null, new Date(now), '[]']);
  }
}

function noticeOf(
  { id, title, service, objective }: CurrentDefinition,
  { kind, told, at }: { readonly kind: AlertKind; readonly told: Told | null; readonly at: number },
): AlertNotice[] {
  if (told === null) return [];
  const summary = `${title}: the SLO was removed, nobody judges by it any more`;
  const end = { action: 'resolve', transition: 'resolved', at, summary, detail: { objective } } as const;
  return [{ slo: id, title, service, kind, ...told, ...end }];
}
