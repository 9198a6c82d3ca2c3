import type { Answered, Invoked, OperationName } from '../../history/entry.js';
import type { Recorder } from '../../system/recorder.js';
import type { Observer } from './observations.js';
import type { Outcome } from './wire-socket.js';

export type Place = Pick<Invoked, 'node' | 'thread'> &
  Partial<Pick<Invoked, 'key' | 'text' | 'run' | 'target' | 'member'>>;
type Told = Pick<Answered, 'seq' | 'id' | 'run' | 'duplicate'>;

/** Writes down what a client asks for and how that ends. */
export class Operations {
  constructor(
    private readonly recorder: Recorder,
    private readonly observer: Observer,
  ) {}

  /** Tries once. `told` reads from the reply what it says about the place in the log. */
  async attempt<R>(
    name: OperationName,
    place: Place,
    work: (op: number) => Promise<Outcome<R>>,
    told: (reply: R) => Told = () => ({}),
  ): Promise<Outcome<R>> {
    const op = this.recorder.nextOperation();
    this.recorder.record({ kind: 'invoke', op, name, ...this.observer, ...place });
    const result = await work(op);
    if (result.outcome === 'ok') {
      this.recorder.record({ kind: 'answer', op, outcome: 'ok', ...told(result.reply) });
    } else {
      this.recorder.record({ kind: 'answer', op, outcome: result.outcome, code: result.code });
    }
    return result;
  }
}
