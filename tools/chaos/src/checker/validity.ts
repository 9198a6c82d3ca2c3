import type { Entry } from '../history/entry.js';
import type { Facts } from './facts.js';
import { HEAL_MS } from './invariants/liveness.js';

/** Not ours: they are neither measured nor searched. */
const SERVERS = /^(redis|postgres)/;

const NEEDED_PHASES = ['healed', 'quiesced', 'end'] as const;

/**
 * Whether a history proves anything. A run in which nothing happened, nobody looked or the truth was not read would show
 * no violation; it must not be taken for a good one.
 */
export class Validity {
  readonly #finals = new Set<string>();
  readonly #watched = new Set<string>();
  readonly #watching = new Map<string, string>();
  readonly #processes = new Set<string>();
  readonly #measured = new Set<string>();
  readonly #searched = new Set<string>();
  readonly #vias = new Set<string>();
  #acknowledged = 0;
  #last: Entry | undefined;

  constructor(private readonly facts: Facts) {}

  get acknowledged(): number {
    return this.#acknowledged;
  }

  entry(entry: Entry): void {
    this.#last = entry;
    switch (entry.kind) {
      case 'answer':
        if (entry.outcome === 'ok' && this.facts.open.get(entry.op)?.name === 'message.send') this.#acknowledged++;
        break;
      case 'seen':
        this.#vias.add(entry.via);
        break;
      case 'watch':
        if (entry.phase === 'begin') this.#watching.set(`${entry.client} ${entry.thread}`, entry.thread);
        else this.#watching.delete(`${entry.client} ${entry.thread}`);
        if (this.facts.phase('healed') !== undefined) this.#look();
        break;
      case 'phase':
        if (entry.name === 'healed') this.#look();
        break;
      case 'process':
        if (entry.what === 'started' && !SERVERS.test(entry.node)) this.#processes.add(entry.node);
        if (entry.what === 'memory' && entry.residentMiB !== undefined) this.#measured.add(entry.node);
        if (entry.what === 'logs') this.#searched.add(entry.node);
        break;
      case 'final':
        if (this.facts.phase('quiesced') === undefined)
          this.facts.invalidate(`${entry.thread} was read before all was quiet`);
        if (this.#finals.has(entry.thread)) this.facts.invalidate(`${entry.thread} was read twice`);
        this.#finals.add(entry.thread);
        break;
      default:
    }
  }

  end(): void {
    const { facts } = this;
    for (const name of NEEDED_PHASES) if (facts.phase(name) === undefined) facts.invalidate(`it never was ${name}`);
    if (this.#last?.kind !== 'phase' || this.#last.name !== 'end') facts.invalidate('it goes on after its end');
    const [healed, quiesced] = [facts.phase('healed'), facts.phase('quiesced')];
    if (healed !== undefined && quiesced !== undefined && quiesced.at < healed.at + HEAL_MS) {
      facts.invalidate(`only ${Math.round(quiesced.at - healed.at)} ms lie between healing and quiet`);
    }
    if (facts.threads.size === 0) facts.invalidate('there is no thread');
    for (const thread of facts.threads.keys()) {
      if (!this.#finals.has(thread)) facts.invalidate(`thread ${thread} was not read in the end`);
      if (!this.#watched.has(thread)) facts.invalidate(`nobody watched thread ${thread} after healing`);
    }
    if (this.#acknowledged === 0) facts.invalidate('no send was acknowledged');
    for (const via of ['live', 'resume'] as const) {
      if (!this.#vias.has(via)) facts.invalidate(`nobody saw anything by ${via}`);
    }
    if (this.#processes.size === 0) facts.invalidate('no process was looked at');
    for (const node of this.#processes) {
      if (!this.#measured.has(node)) facts.invalidate(`the memory of ${node} was not measured`);
      if (!this.#searched.has(node)) facts.invalidate(`the logs of ${node} were not searched`);
    }
  }

  #look(): void {
    for (const thread of this.#watching.values()) this.#watched.add(thread);
  }
}
