import type { Mutant, Patch } from '../mutant.js';

const inGateway = (file: string, find: string, replace: string): Patch => ({ app: 'gateway', file, find, replace });

const APPEND = 'libs/conversation/src/log/append-messages.js';
const SENDER = 'apps/gateway/src/message/message-sender.service.js';
const GATE = 'libs/scaling/src/gate/room-gate.js';
const POLLER = 'apps/gateway/src/thread/thread-poller.service.js';
const PUBLISHER = 'apps/gateway/src/publish/thread-publisher.service.js';

const NO_POLL = inGateway(POLLER, 'await this.sweep.all();', 'await Promise.resolve();');

/** Defects of the log: what is acknowledged, and what reaches whom. */
export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'ack-before-commit',
    defect: 'a send is acknowledged while its transaction is still open',
    invariant: 'durable',
    patches: [
      inGateway(
        APPEND,
        'const result = await db.read(APPEND, [',
        `const early = (statement, values) => new Promise((resolve, reject) => {
        db.transaction(async (tx) => {
            resolve({ rows: await tx.query(statement, values), epoch: tx.epoch });
            await new Promise((done) => setTimeout(done, 250));
        }).catch(reject);
    });
    const result = await early(APPEND, [`,
      ),
    ],
    scenario: { minutes: 0.6, faults: ['kill-gateway', 'kill-postgres'], rate: 30 },
  },
  {
    name: 'dedupe-off',
    defect: 'a retried send gets a new key in the database',
    invariant: 'once',
    patches: [inGateway(APPEND, 'rows.map((row) => row.clientMessageId),', 'rows.map(() => uuidv7()),')],
    scenario: { minutes: 0.5, faults: ['reset-clients', 'kill-gateway', 'one-way-clients'], rate: 40 },
  },
  {
    name: 'wrong-seq',
    defect: 'an acknowledgement names the place after the right one',
    invariant: 'order',
    patches: [inGateway(SENDER, 'seq: event.seq,', 'seq: event.seq + 1,')],
    scenario: { minutes: 0.2, faults: [], rate: 20 },
  },
  {
    name: 'no-gate',
    defect: 'hints pass to the sockets as they come: unordered, with holes, doubled',
    invariant: 'order',
    patches: [
      inGateway(
        GATE,
        '    receive(payload) {',
        '    receive(payload) {\n        this.around.deliver(this.target, payload);\n        return;',
      ),
    ],
    scenario: { minutes: 0.5, faults: ['latency-redis', 'jitter-redis', 'partition-redis'], rate: 40 },
  },
  {
    name: 'no-gap-repair',
    defect: 'a gap in the hints is not pulled, the next event passes all the same',
    invariant: 'order',
    patches: [
      inGateway(
        GATE,
        '    async #pullMissing() {',
        '    async #pullMissing() {\n        this.#adopt();\n        return;',
      ),
      NO_POLL,
    ],
    scenario: { minutes: 0.5, faults: ['partition-redis', 'kill-redis'], rate: 40 },
  },
  {
    name: 'poll-off',
    defect: 'what Redis loses is not found again by the poll',
    invariant: 'liveness',
    tells: 'of healing',
    patches: [NO_POLL],
    // Rarely, so that no later message brings the lost one to light.
    scenario: { minutes: 0.5, faults: ['kill-redis'], rate: 1.5 },
  },
  {
    name: 'last-word-swallowed',
    defect: 'half of the hints are never sent, and there is no poll: the last message of a quiet thread stays unseen',
    invariant: 'liveness',
    tells: 'in the end',
    patches: [inGateway(PUBLISHER, 'if (last === undefined)', 'if (last === undefined || last.seq % 10 < 5)'), NO_POLL],
    scenario: { minutes: 0.2, faults: [], rate: 20 },
  },
  {
    name: 'page-by-time',
    defect: 'a resume orders its page by the time at the sender instead of by seq',
    invariant: 'order',
    patches: [inGateway('libs/conversation/src/open/opener-queries.js', 'order by e.seq) ||', 'order by e.id) ||')],
    scenario: { minutes: 0.4, faults: ['latency-postgres', 'reset-clients'], rate: 60 },
  },
  {
    name: 'text-altered',
    defect: 'what is stored is not quite what was sent',
    invariant: 'durable',
    patches: [
      inGateway(
        APPEND,
        'data.map((value) => JSON.stringify(value)),',
        "data.map((value) => JSON.stringify(value).replace('Done.', 'Done!')),",
      ),
    ],
    scenario: { minutes: 0.2, faults: [], rate: 30 },
  },
];
