import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { signToken } from '@holdfast/testing';
import type { ThreadPlan } from '../plan/cast.js';
import type { Random } from '../random/random.js';
import type { Person, StagedThread } from '../system/provision.js';
import type { Recorder } from '../system/recorder.js';
import type { System } from '../system/system.js';
import { pause } from '../run/pause.js';
import { Gatekeeper } from './roles/gatekeeper.js';
import { Intruder } from './roles/intruder.js';
import { LibraryPerson } from './roles/library-person.js';
import { RestReader } from './roles/rest-reader.js';
import { Visitor } from './roles/visitor.js';
import { Writer } from './roles/writer.js';
import { WireClient, type WireClientOptions } from './wire/wire-client.js';

export interface CrowdOptions {
  readonly system: System;
  readonly recorder: Recorder;
  readonly random: Random;
  /** Operations a second, all together. */
  readonly rate: number;
}

const TOKEN_S = 3_600;
const VISIT_MS = [8_000, 20_000] as const;

/** Everybody who uses the system: devices that write, that only listen, that read slowly, that come and go. */
export class Crowd {
  private readonly clients: WireClient[] = [];
  private readonly writers: Writer[] = [];
  private readonly library: LibraryPerson[] = [];
  private readonly loops: Promise<void>[] = [];
  private readonly sending = new AbortController();
  private readonly over = new AbortController();

  constructor(private readonly options: CrowdOptions) {
    // Everybody listens to it.
    setMaxListeners(0, this.sending.signal, this.over.signal);
    for (const person of options.system.world.people) {
      const client = this.client(person, 'phone', {});
      this.writers.push(new Writer(client, this.plansOf(person), options.random.split(`${client.name}/writer`)));
    }
    for (const [index, person] of this.firstOfEachTenant().entries()) {
      this.client(person, 'watch', { passive: true });
      this.client(this.other(person, 1), 'tablet', { slow: true });
      this.library.push(this.libraryPerson(this.other(person, 1)));
      const reader = this.clientOf(this.other(person, 2), 'phone');
      this.loops.push(new RestReader(reader, options.random.split(`rest ${String(index)}`)).run(this.sending.signal));
    }
  }

  /** Everybody connects; the load begins. */
  start(): void {
    for (const client of this.clients) client.start();
    for (const person of this.library) {
      person.start();
      this.loops.push(person.write(this.sending.signal));
    }
    for (const writer of this.writers) this.loops.push(this.drive(writer));
    for (const person of this.firstOfEachTenant()) {
      this.loops.push(this.gatekeeper(person).run(this.sending.signal));
      this.loops.push(this.visitor(this.other(person, 3)).run(this.sending.signal));
      this.loops.push(this.intruder(this.other(person, 2)).run(this.sending.signal));
    }
  }

  /** No more operations; what is under way gets an answer, or is given up after `timeoutMs`. */
  async stopSending(timeoutMs: number): Promise<void> {
    this.sending.abort();
    await Promise.all([
      Promise.race([Promise.all(this.loops), delay(timeoutMs)]),
      ...this.writers.map((writer) => writer.finish(timeoutMs)),
    ]);
  }

  /** Whether everybody has all of what they follow; `heads` is how much there is, by thread. */
  holds(heads: ReadonlyMap<string, number>): boolean {
    return (
      this.clients.every(({ copies }) => copies.hold(heads)) && this.library.every((person) => person.holds(heads))
    );
  }

  /** How far each client is, wherever that has changed. */
  tellPositions(): void {
    for (const { copies } of this.clients) copies.tellPositions();
    for (const person of this.library) person.look();
  }

  stop(): void {
    this.sending.abort();
    this.over.abort();
    for (const writer of this.writers) writer.giveUp();
    for (const client of this.clients) client.stop();
    for (const person of this.library) person.stop();
  }

  private client(person: Person, device: string, more: Partial<WireClientOptions>): WireClient {
    const { system, recorder, random } = this.options;
    const { tenant, subject } = person;
    const name = `${subject}/${device}`;
    const client = new WireClient({
      observer: { client: name, tenant, user: person.id },
      entrances: system.entrances,
      threads: this.threadsOf(person).map(({ plan }) => plan.id),
      token: () => signToken({ sub: subject, tenant, expiresInS: TOKEN_S }),
      recorder,
      random: random.split(name),
      ...more,
    });
    this.clients.push(client);
    return client;
  }

  /** Leaves out the thread whose members change: the library would not say when it was told. */
  private libraryPerson(person: Person): LibraryPerson {
    const { system, recorder, random } = this.options;
    const { tenant, subject, id: user } = person;
    const name = `${subject}/library`;
    return new LibraryPerson({
      observer: { client: name, tenant, user },
      entrances: system.entrances,
      threads: this.plansOf(person).filter(({ id }) => id !== this.changing(tenant).plan.id),
      token: () => signToken({ sub: subject, tenant, expiresInS: TOKEN_S }),
      recorder,
      random: random.split(name),
    });
  }

  private async drive(writer: Writer): Promise<void> {
    const { random, rate } = this.options;
    const own = random.split(`drive ${String(this.writers.indexOf(writer))}`);
    const meanMs = (1_000 * this.writers.length) / rate;
    const { signal } = this.sending;
    // Independent of how fast the answers come.
    while (await pause(-Math.log(1 - own.next()) * meanMs, signal)) writer.act();
  }

  /** The tenant's least popular thread changes its members. */
  private changing(tenant: string): StagedThread {
    const thread = this.options.system.world.threads.findLast(({ plan }) => plan.tenant === tenant);
    if (thread === undefined) throw new Error(`${tenant} has no thread`);
    return thread;
  }

  private gatekeeper({ tenant }: Person): Gatekeeper {
    const { system, recorder, random } = this.options;
    const thread = this.changing(tenant);
    const [owner, victim] = thread.people;
    if (owner === undefined || victim === undefined) throw new Error('nobody to remove');
    return new Gatekeeper({
      thread,
      owner: this.clientOf(owner, 'phone'),
      victim,
      clients: this.clients.filter(({ options }) => options.observer.user === victim.id),
      recorder,
      database: system.database,
      random: random.split(`gatekeeper ${tenant}`),
      over: this.over.signal,
    });
  }

  private intruder(person: Person): Intruder {
    const { system, random } = this.options;
    const foreign = system.world.threads.filter(({ plan }) => plan.tenant !== person.tenant);
    return new Intruder(
      this.clientOf(person, 'phone'),
      foreign.map(({ plan }) => plan.id),
      random.split(`intruder ${person.subject}`),
    );
  }

  private visitor(person: Person): Visitor {
    const { system, recorder, random } = this.options;
    const own = random.split(`visitor ${person.subject}`);
    const { tenant, subject, id: user } = person;
    const threads = this.threadsOf(person).filter(({ plan }) => plan.rank < 2);
    return new Visitor({
      recorder,
      lifetimeMs: () => own.int(...VISIT_MS),
      visit: (number, expiresAt) =>
        new WireClient({
          observer: { client: `${subject}/visit-${String(number)}`, tenant, user },
          entrances: system.entrances,
          threads: threads.map(({ plan }) => plan.id),
          token: () => {
            const leftS = Math.floor(expiresAt / 1_000) - Math.floor(Date.now() / 1_000);
            return signToken({ sub: subject, tenant, expiresInS: leftS === 0 ? -1 : leftS });
          },
          recorder,
          random: own.split(`visit ${String(number)}`),
        }),
    });
  }

  private threadsOf(person: Person): readonly StagedThread[] {
    return this.options.system.world.threads.filter(({ people }) => people.includes(person));
  }

  private plansOf(person: Person): readonly ThreadPlan[] {
    return this.threadsOf(person).map(({ plan }) => plan);
  }

  private firstOfEachTenant(): readonly Person[] {
    const { people } = this.options.system.world;
    return people.filter((person, index) => people.findIndex(({ tenant }) => tenant === person.tenant) === index);
  }

  /** Somebody else of the same tenant. */
  private other(person: Person, steps: number): Person {
    const fellows = this.options.system.world.people.filter(({ tenant }) => tenant === person.tenant);
    return fellows[(fellows.indexOf(person) + steps) % fellows.length] ?? person;
  }

  private clientOf(person: Person, device: string): WireClient {
    const found = this.clients.find(({ name }) => name === `${person.subject}/${device}`);
    if (found === undefined) throw new Error(`${person.subject} has no ${device}`);
    return found;
  }
}
