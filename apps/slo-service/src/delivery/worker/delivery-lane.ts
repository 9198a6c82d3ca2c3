import { metrics, type Logger } from '@holdfast/observability';
import type { DeliveryTimes } from '../delivery-options.js';
import type { AlertTarget, SendOutcome } from '../targets/alert-target.port.js';
import { backoffMs } from './backoff.js';
import type { Claim, LaneStore, Settlement } from './delivery-store.js';

export interface LaneParts {
  readonly store: LaneStore;
  readonly times: DeliveryTimes;
  readonly logger: Logger;
  /** Gives up what is being sent. */
  readonly stop: AbortSignal;
}

/** Tries to record an outcome; past them the lease ends and the notice is sent again. */
const SETTLE_TRIES = 4;
const SETTLE_PAUSE_MS = 250;

/** Looks for reminders per interval; they look through what was sent, so not at every poll. */
const REMINDER_LOOKS = 6;

const NOT_DELIVERED = {
  dead: ['error', 'an alert could not be delivered and was given up'],
  split: ['warn', 'a message of several alerts was refused; each is sent alone'],
  waiting: ['warn', 'an alert was not delivered; trying again later'],
  fenced: ['warn', 'an alert was not delivered; another try has begun meanwhile'],
} as const;

/** Sends to one target, so that one that hangs holds up no other. */
export class DeliveryLane {
  private sending = 0;
  private closed = false;
  private notBefore = 0;
  private remindersFrom = 0;
  private onIdle: () => void = () => undefined;
  private isPolling = false;
  private wasAway = false;

  constructor(
    private readonly target: AlertTarget,
    private readonly parts: LaneParts,
  ) {}

  /** Notices that are being sent. */
  get left(): number {
    return this.sending;
  }

  /** Takes no more. */
  close(): void {
    this.closed = true;
  }

  /** Ends once nothing is being sent. */
  async idle(): Promise<void> {
    this.close();
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      this.changed();
    });
  }

  /** Takes what is due and free places allow; sends it in the background. Never throws. */
  async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    // Counted as under way: what is claimed now has to be sent or given back.
    this.sending += 1;
    try {
      await this.take();
      this.wasAway = false;
    } catch (error) {
      const log = this.wasAway ? 'debug' : 'warn';
      this.parts.logger[log]({ err: error, target: this.target.name }, 'alerts that wait cannot be read');
      this.wasAway = true;
    } finally {
      this.isPolling = false;
      this.sending -= 1;
      this.changed();
    }
  }

  private get free(): number {
    if (this.closed || Date.now() < this.notBefore) return 0;
    return this.target.pace.concurrency - this.sending + 1;
  }

  private async take(): Promise<void> {
    const { store } = this.parts;
    const { target } = this;
    if (this.free <= 0) return;
    for (const claim of await store.claim(target.name, this.free)) void this.deliver(claim);
    const { reminder } = target;
    if (reminder === undefined || this.free <= 0 || Date.now() < this.remindersFrom) return;
    this.remindersFrom = Date.now() + reminder.everyMs / REMINDER_LOOKS;
    for (const claim of await store.claimReminders(target.name, this.free, reminder.resolvedForMs)) {
      void this.remind(claim, reminder.everyMs);
    }
  }

  private async deliver(claim: Claim): Promise<void> {
    await this.sendAnd(claim, async (outcome) => {
      const settled = await this.parts.store.settle(claim, this.settlementOf(outcome, claim.attempt));
      metrics.counter('holdfast_alert_deliveries_total').inc({
        target: this.target.kind,
        outcome: settled === 'waiting' ? 'retried' : settled,
      });
      if (settled === 'delivered') return;
      const fields = { target: this.target.name, delivery: claim.id, code: outcome.code, attempt: claim.attempt };
      const [level, message] = NOT_DELIVERED[settled];
      this.parts.logger[level](fields, message);
    });
  }

  private async remind(claim: Claim, everyMs: number): Promise<void> {
    await this.sendAnd(claim, async (outcome) => {
      const { firstBackoffMs } = this.parts.times;
      const nextMs = outcome.kind === 'delivered' ? everyMs : (outcomeWait(outcome) ?? firstBackoffMs);
      await this.parts.store.reminded(claim, outcome.code, Math.min(everyMs, nextMs));
    });
  }

  private async sendAnd(claim: Claim, record: (outcome: SendOutcome) => Promise<void>): Promise<void> {
    this.sending += 1;
    try {
      const outcome = await this.send(claim);
      this.hold(outcome);
      await this.persist(() => record(outcome));
    } finally {
      this.sending -= 1;
      this.changed();
    }
    // The next of the same key may go now.
    void this.poll();
  }

  private async send(claim: Claim): Promise<SendOutcome> {
    const observe = metrics.histogram('holdfast_alert_send_seconds').startTimer({ target: this.target.kind });
    try {
      return await this.target.send(claim, this.parts.stop);
    } catch (error) {
      this.parts.logger.error(
        { err: error, target: this.target.name, delivery: claim.id },
        'an alert cannot be composed',
      );
      return { kind: 'dead', code: 'unsendable' };
    } finally {
      observe();
    }
  }

  /** A target that asks for a pause gets it from every notice; another replica learns it by itself. */
  private hold(outcome: SendOutcome): void {
    const pauseMs = Math.max(this.target.pace.gapMs, outcome.code === 'aborted' ? 0 : (outcomeWait(outcome) ?? 0));
    this.notBefore = Math.max(this.notBefore, Date.now() + pauseMs);
  }

  private async persist(record: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await record();
        return;
      } catch (error) {
        if (attempt === SETTLE_TRIES || this.parts.stop.aborted) {
          const message = 'what became of an alert could not be recorded: it is sent again';
          this.parts.logger.error({ err: error, target: this.target.name }, message);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS * 2 ** attempt));
      }
    }
  }

  private settlementOf(outcome: SendOutcome, attempt: number): Settlement {
    const { code } = outcome;
    if (outcome.kind === 'delivered') {
      return { status: 'delivered', code, nextMs: this.target.reminder?.everyMs ?? 0 };
    }
    if (outcome.kind === 'dead') return { status: 'dead', code, nextMs: 0 };
    const { firstBackoffMs: firstMs, maxBackoffMs: maxMs } = this.parts.times;
    const asked = outcomeWait(outcome);
    if (code === 'aborted') return { status: 'waiting', code, nextMs: 0 };
    return { status: 'waiting', code, nextMs: Math.max(asked ?? 0, backoffMs(attempt, { firstMs, maxMs })) };
  }

  private changed(): void {
    if (this.closed && this.sending === 0) this.onIdle();
  }
}

function outcomeWait(outcome: SendOutcome): number | undefined {
  return outcome.kind === 'retry' ? outcome.afterMs : undefined;
}
