import { describe, expect, it } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { FakeLog, message } from '../../test/fake-log.js';
import { VirtualClock } from '../../test/virtual-clock.js';
import { AppendBatcher } from './append-batcher.js';
import type { AppendRow } from './append-messages.js';

interface Call {
  readonly tookMs: number;
  /** The caller gives up without an answer; what it had given to the database may be done all the same. */
  readonly isLost?: boolean;
  readonly isBusy?: boolean;
}

/** People write to one lane of a log whose calls take the time they are told to. */
class SlowLog {
  readonly log = new FakeLog((call) => (this.calls[call]?.isBusy === true ? 'busy' : 'none'));
  readonly clock = new VirtualClock(() => this.log.inFlight > 0);
  private readonly batches = new AppendBatcher({
    append: (rows) => this.append(rows),
    lanes: 1,
    limits: { busyPauseMs: 50 },
    clock: this.clock,
  });

  constructor(private readonly calls: readonly Call[]) {}

  /** What a sender is told, and when. */
  async say(thread: string, id: string) {
    const [outcome] = await this.batches.submit([message(thread, 's', id)]);
    return { id, status: outcome?.status, atMs: this.clock.now() };
  }

  /** Lets everything come to its end. */
  async outcomes<T>(...said: readonly Promise<T>[]): Promise<T[]> {
    const answers = Promise.all(said);
    await this.clock.passAll();
    await this.batches.drained();
    return answers;
  }

  /** What stands in a thread, in its order. */
  ids(thread: string): string[] {
    return this.log.threads.get(thread)?.map(({ key }) => key.split(' ')[2] ?? '') ?? [];
  }

  private async append(rows: readonly AppendRow[]) {
    const { tookMs, isLost = false } = this.calls[this.log.batches.length] ?? { tookMs: 0 };
    const outcomes = await this.log.append(rows);
    await this.clock.delay(tookMs);
    if (isLost) throw new AppError('unavailable', 'no answer');
    return outcomes;
  }
}

describe('the bound of an answer', () => {
  it('holds for what waited for a slow batch and then got into one without an answer; its retry is found', async () => {
    const slow = new SlowLog([{ tookMs: 2_400 }, { tookMs: 2_500, isLost: true }]);
    const before = slow.say('a', 'before');
    await slow.clock.pass(100);
    const first = slow.say('b', 'first');
    await slow.clock.pass(2_400);
    // The batch of the first one is under way.
    const [second, other] = [slow.say('b', 'second'), slow.say('c', 'other')];
    expect(await slow.outcomes(before, first, second, other)).toEqual([
      { id: 'before', status: 'appended', atMs: 2_400 },
      { id: 'first', status: 'unavailable', atMs: 2_900 },
      { id: 'second', status: 'blocked', atMs: 2_900 },
      { id: 'other', status: 'unavailable', atMs: 4_900 },
    ]);
    expect(slow.ids('b')).toEqual(['first']);
    const again = [slow.say('b', 'first'), slow.say('b', 'second')];
    expect(await slow.outcomes(...again)).toMatchObject([{ status: 'duplicate' }, { status: 'appended' }]);
    expect(slow.ids('b')).toEqual(['first', 'second']);
  });

  it('ends the wait of what the sender wrote later, too, even if the batch of both is committed at last', async () => {
    const slow = new SlowLog([{ tookMs: 2_400 }, { tookMs: 700 }]);
    const before = slow.say('a', 'before');
    await slow.clock.pass(100);
    const first = slow.say('b', 'first');
    await slow.clock.pass(500);
    const second = slow.say('b', 'second');
    await slow.clock.pass(2_400);
    // Whoever has been refused the first two writes on, or tries again, behind them.
    const [third, again] = [slow.say('b', 'third'), slow.say('b', 'first')];
    expect(await slow.outcomes(before, first, second, third, again)).toEqual([
      { id: 'before', status: 'appended', atMs: 2_400 },
      { id: 'first', status: 'unavailable', atMs: 2_900 },
      { id: 'second', status: 'unavailable', atMs: 2_900 },
      { id: 'third', status: 'appended', atMs: 3_100 },
      { id: 'first', status: 'duplicate', atMs: 3_100 },
    ]);
    expect(slow.ids('b')).toEqual(['first', 'second', 'third']);
  });

  it('keeps the place of a message under way in a busy thread: nothing that is written later gets before it', async () => {
    const slow = new SlowLog([{ tookMs: 2_400, isBusy: true }, { tookMs: 700 }]);
    const first = slow.say('t0', 'first');
    await slow.clock.pass(2_850);
    const [second, again] = [slow.say('t0', 'second'), slow.say('t0', 'first')];
    await slow.clock.pass(100);
    expect(slow.log.batches).toEqual([1, 1]);
    expect(await slow.outcomes(first, second, again)).toMatchObject([
      { status: 'unavailable', atMs: 2_800 },
      { status: 'appended' },
      { status: 'duplicate' },
    ]);
    expect(slow.ids('t0')).toEqual(['first', 'second']);
  });

  it('lets go of what has its answer when its thread turns out to be busy', async () => {
    const slow = new SlowLog([{ tookMs: 2_400 }, { tookMs: 700, isBusy: true }]);
    const before = slow.say('a', 'before');
    await slow.clock.pass(100);
    const first = slow.say('t0', 'first');
    await slow.clock.pass(900);
    const second = slow.say('t0', 'second');
    await slow.clock.pass(2_000);
    const third = slow.say('t0', 'third');
    expect(await slow.outcomes(before, first, second, third)).toEqual([
      { id: 'before', status: 'appended', atMs: 2_400 },
      { id: 'first', status: 'unavailable', atMs: 2_900 },
      { id: 'second', status: 'unavailable', atMs: 2_900 },
      { id: 'third', status: 'appended', atMs: 3_100 },
    ]);
    expect(slow.ids('t0')).toEqual(['third']);
  });

  it('leaves a retry its turn when the call of the first try fails after all', async () => {
    const slow = new SlowLog([{ tookMs: 2_450 }, { tookMs: 390, isLost: true }]);
    const before = slow.say('a', 'before');
    await slow.clock.pass(10);
    const first = slow.say('b', 'first');
    await slow.clock.pass(2_810);
    expect(slow.log.batches).toEqual([1, 1]);
    const again = slow.say('b', 'first');
    expect(await slow.outcomes(before, first, again)).toMatchObject([
      { status: 'appended' },
      { status: 'unavailable', atMs: 2_800 },
      { status: 'duplicate', atMs: 2_840 },
    ]);
  });

  it('refuses what waits for a busy thread as busy, before that', async () => {
    const slow = new SlowLog(Array.from({ length: 200 }, () => ({ tookMs: 0, isBusy: true })));
    const said = [slow.say('t0', 'first'), slow.say('t0', 'second')];
    expect(await slow.outcomes(...said)).toEqual([
      { id: 'first', status: 'busy', atMs: 2_500 },
      { id: 'second', status: 'blocked', atMs: 2_500 },
    ]);
  });
});
