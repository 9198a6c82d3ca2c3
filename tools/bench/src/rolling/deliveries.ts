import { Samples } from '../lib/samples.js';

interface Sent {
  readonly at: number;
  readonly receivers: number;
}

/** Who was sent what, and who has seen it how often. A delivery is one message to one client, its writer included. */
export class Deliveries {
  readonly delays = new Samples();
  duplicates = 0;
  private readonly sends = new Map<string, Sent>();
  private readonly seenBy = new Map<string, Set<string>>();

  sent(id: string, receivers: number): void {
    this.sends.set(id, { at: performance.now(), receivers });
  }

  seen(id: string, client: string): void {
    const sent = this.sends.get(id);
    if (sent === undefined) return;
    const clients = this.seenBy.get(id) ?? new Set();
    this.seenBy.set(id, clients);
    if (clients.has(client)) this.duplicates += 1;
    else this.delays.add(performance.now() - sent.at);
    clients.add(client);
  }

  get messages(): number {
    return this.sends.size;
  }

  get missing(): number {
    let missing = 0;
    for (const [id, { receivers }] of this.sends) missing += receivers - (this.seenBy.get(id)?.size ?? 0);
    return missing;
  }
}
