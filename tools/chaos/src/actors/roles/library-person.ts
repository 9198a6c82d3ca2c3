import { HoldfastClient, type ThreadState } from '@holdfast/client';
import type { LogEvent, Part } from '@holdfast/contracts';
import type { ThreadPlan } from '../../plan/cast.js';
import type { Random } from '../../random/random.js';
import { pause } from '../../run/pause.js';
import type { Recorder } from '../../system/recorder.js';
import type { Entrance } from '../wire/entrance.js';
import { Observations, type Observer } from '../wire/observations.js';
import { messageText } from './texts.js';

export interface LibraryPersonOptions {
  readonly observer: Observer;
  readonly entrances: readonly Entrance[];
  readonly threads: readonly ThreadPlan[];
  readonly token: () => Promise<string>;
  readonly recorder: Recorder;
  readonly random: Random;
}

interface Sending {
  readonly op: number;
  readonly thread: string;
  readonly since: number;
}

const LOOK_MS = 150;
const SEND_MS = [800, 4_000] as const;
const MAX_SENDING = 20;
/** Nobody knows yet: the client goes on trying for longer than an operation may take here. */
const UNKNOWN_MS = 25_000;

/** A person who uses the client library as an app would: what counts is what it shows. */
export class LibraryPerson {
  private readonly client: HoldfastClient;
  private readonly observations: Observations;
  private readonly shown = new Map<string, ThreadState['log']>();
  /** Output of runs that was written down, by run. */
  private readonly streamed = new Map<string, string>();
  private readonly sending = new Map<string, Sending>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LibraryPersonOptions) {
    const { observer, recorder, entrances } = options;
    this.observations = new Observations(recorder, observer);
    this.observations.connection = 0;
    this.client = new HoldfastClient({
      url: options.random.shuffled(entrances).map(({ url }) => url),
      identity: { tenant: observer.tenant, userId: observer.user },
      token: options.token,
      random: () => options.random.next(),
    });
  }

  /** Whether all there is, by thread, is shown, and nothing waits to be sent. */
  holds(heads: ReadonlyMap<string, number>): boolean {
    return (
      this.sending.size === 0 &&
      this.options.threads.every(({ id }) => this.client.threads.get(id).getSnapshot().log.last >= (heads.get(id) ?? 0))
    );
  }

  start(): void {
    this.client.start();
    for (const { id } of this.options.threads) {
      this.client.openThread(id);
      this.options.recorder.record({ kind: 'watch', phase: 'begin', ...this.options.observer, thread: id });
    }
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  async write(signal: AbortSignal): Promise<void> {
    const { random } = this.options;
    while (await pause(random.between(...SEND_MS), signal)) this.send();
  }

  /** Writes down what is shown now, where that has changed. */
  look(): void {
    for (const { id } of this.options.threads) {
      const state = this.client.threads.get(id).getSnapshot();
      this.lookAtLog(id, state.log);
      this.lookAtRuns(id, state);
    }
    for (const [key, sending] of this.sending) this.lookAtSending(key, sending);
  }

  stop(): void {
    clearInterval(this.timer);
    this.look();
    for (const { op } of this.sending.values()) this.unknown(op);
    this.sending.clear();
    this.client.stop();
  }

  private send(): void {
    const { random, threads, recorder, observer } = this.options;
    if (this.sending.size >= MAX_SENDING) return;
    const thread = random.pick(threads);
    const text = messageText(random, thread, random.uuid());
    const op = recorder.nextOperation();
    const key = this.client.send(thread.id, text);
    recorder.record({
      kind: 'invoke',
      op,
      name: 'message.send',
      node: 'balancer',
      ...observer,
      thread: thread.id,
      key,
      text,
    });
    this.sending.set(key, { op, thread: thread.id, since: performance.now() });
  }

  private lookAtLog(thread: string, log: ThreadState['log']): void {
    const before = this.shown.get(thread);
    if (log === before || log.epoch === null) return;
    this.shown.set(thread, log);
    const goesOn = before?.epoch === log.epoch && before.base >= log.base && before.last <= log.last;
    const known = goesOn ? before : undefined;
    const news = log.events.filter(({ seq }) => known === undefined || seq > known.last || seq <= known.base);
    const events = news.filter((event): event is LogEvent => event.type !== 'unknown');
    // After the merging: of no connection, and with no order of its own.
    this.observations.events(events, thread, log.epoch, { via: 'pull' });
    if (log.last === 0) return;
    const { client } = this.options.observer;
    const reset = before !== undefined && !goesOn;
    const place = { from: log.base + 1, seq: log.last, epoch: log.epoch, reset };
    this.options.recorder.record({ kind: 'position', client, thread, ...place });
  }

  private lookAtRuns(thread: string, { runs }: ThreadState): void {
    for (const { runId, attempt, parts, length, status } of runs.values()) {
      const mark = `${String(attempt)} ${String(length)}`;
      if (attempt === 0 || status === 'queued' || this.streamed.get(runId) === mark) continue;
      this.streamed.set(runId, mark);
      const known = parts.filter((part): part is Part => part.type !== 'unknown');
      this.observations.output(thread, 'snapshot', { runId, attempt, off: 0, parts: known }, { via: 'live' });
    }
  }

  private lookAtSending(key: string, { op, thread, since }: Sending): void {
    const { recorder, observer } = this.options;
    const item = this.client.outbox.getSnapshot().find(({ clientMessageId }) => clientMessageId === key);
    const event = this.client.threads
      .get(thread)
      .getSnapshot()
      .log.events.findLast(
        (one) => one.type === 'message.sent' && one.senderId === observer.user && one.data.clientMessageId === key,
      );
    if (event !== undefined) {
      recorder.record({ kind: 'answer', op, outcome: 'ok', seq: event.seq, id: event.id });
    } else if (item?.state.status === 'failed') {
      recorder.record({ kind: 'answer', op, outcome: 'fail', code: item.state.code });
    } else if (performance.now() - since > UNKNOWN_MS) this.unknown(op);
    else return;
    this.sending.delete(key);
  }

  private unknown(op: number): void {
    this.options.recorder.record({ kind: 'answer', op, outcome: 'info', code: 'queued' });
  }
}
