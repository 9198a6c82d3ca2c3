import { browserSignals, type HoldfastClient, type HoldfastClientOptions, socketIoTransport } from '@holdfast/client';
import { FaultTransport } from './fault-transport.js';
import { RenderFaults, type RenderFault } from './render-faults.js';
import { RunFaults } from './run-faults.js';

/** So many messages are said to be missing. */
const MISSED = 12;
const RESTART_MS = 15_000;

/** Brings the page into any state that it may show. */
export class PanelControl {
  readonly faults = new RenderFaults();
  readonly #transport = new FaultTransport();
  readonly #runs = new RunFaults((name, payload) => {
    this.#transport.say(name, payload);
  });
  #isOffline = false;
  #client: HoldfastClient | null = null;

  constructor() {
    this.#transport.filter = this.#runs.filter;
  }

  /** Options of a client that is under control. It shares no socket with other pages. */
  clientOptions(): Pick<HoldfastClientOptions, 'transport' | 'signals'> {
    const signals = browserSignals();
    return {
      transport: (url) => this.#transport.over(socketIoTransport(url)),
      signals: { ...signals, online: () => !this.#isOffline && signals.online() },
    };
  }

  onClient(client: HoldfastClient | null): void {
    this.#client = client;
  }

  /** Undoes everything. */
  heal(): void {
    this.#isOffline = false;
    this.#transport.disturb({});
    this.#runs.arm(null);
    this.faults.inject(null);
    this.#transport.cut('the panel');
    this.#client?.connection.retryNow();
  }

  connecting(): void {
    this.#lose({ sockets: 'silent' });
    this.#client?.connection.retryNow();
  }

  reconnecting(): void {
    this.#lose({ sockets: 'refused' });
    this.#client?.connection.retryNow();
  }

  offline(): void {
    this.#isOffline = true;
    this.#lose({ sockets: 'refused' });
    this.#client?.connection.retryNow();
  }

  restarting(): void {
    const drain = { reconnectAfterMs: RESTART_MS, deadlineMs: RESTART_MS, reason: 'deploy' };
    this.#transport.say('server.draining', drain);
    this.#transport.cut('draining');
  }

  /** The newest messages are announced and do not come. */
  catchingUp(): void {
    const shown = this.#client?.threads.current()?.getSnapshot();
    if (shown === undefined || shown.log.epoch === null) return;
    this.#transport.disturb({ unanswered: ['events.pull', 'thread.open'] });
    const heads = { [shown.threadId]: shown.log.last + MISSED };
    this.#transport.say('thread.heads', { epoch: shown.log.epoch, heads });
  }

  degraded(affected: 'database' | 'redis' | 'agents'): void {
    this.#transport.say('server.degraded', { degraded: true, affected: [affected] });
  }

  refuseMessages(): void {
    this.#transport.disturb({ refusesMessages: true });
  }

  disturbNextAnswer(how: 'interrupted' | 'resumed'): void {
    this.#runs.arm(how);
  }

  break(fault: RenderFault): void {
    this.faults.inject(fault);
  }

  /** Of the newest message that is shown: what a fault of one message breaks. */
  newestMessage(): string | undefined {
    const items = this.#client?.threads.current()?.getSnapshot().timeline.items ?? [];
    const message = items.findLast((item) => item.kind === 'message');
    return message?.kind === 'message' ? message.id : undefined;
  }

  #lose(traffic: { sockets: 'silent' | 'refused' }): void {
    this.#transport.disturb(traffic);
    this.#transport.cut('the panel');
  }
}
