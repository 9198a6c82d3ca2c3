import type { Mutant, Patch } from '../mutant.js';

const inGateway = (file: string, find: string, replace: string): Patch => ({ app: 'gateway', file, find, replace });

const APPEND_PROVIDER = 'apps/gateway/src/message/append-batcher.provider.js';
const READ_EVENTS = 'libs/conversation/src/log/read-events.js';
const MEMBER_JOIN = 'from chat.thread t join chat.member m on';
const LEFT_MEMBER_JOIN = 'from chat.thread t left join chat.member m on';
const OPENER = 'libs/conversation/src/open/opener-queries.js';

/** Open and resume ask for no membership. */
const OPEN_TO_ALL: readonly Patch[] = [
  inGateway(OPENER, 'join chat.member m on m.thread_id = i.', 'left join chat.member m on m.thread_id = i.'),
  // A stranger has no role, and an answer without one would be refused where replies are checked.
  inGateway('libs/conversation/src/thread/summary.js', 'role: row.role,', "role: row.role ?? 'member',"),
];

/** Defects of who may see what, and of the processes themselves. */
export const SERVICE_MUTANTS: readonly Mutant[] = [
  {
    name: 'member-filter-missing',
    defect: 'a page of events is given to whoever asks, of the same tenant',
    invariant: 'isolation',
    patches: [inGateway(READ_EVENTS, MEMBER_JOIN, LEFT_MEMBER_JOIN)],
    scenario: { minutes: 0.5, faults: [], rate: 20 },
  },
  {
    name: 'tenant-filter-missing',
    defect: 'a page of events is given to whoever asks, of any tenant',
    invariant: 'isolation',
    tells: 'sees a thread of',
    patches: [
      inGateway(READ_EVENTS, MEMBER_JOIN, LEFT_MEMBER_JOIN),
      // The parameter stays in use: Postgres would not know its type.
      inGateway(READ_EVENTS, 'where t.id = $1 and t.tenant_id = $2', 'where t.id = $1 and $2::text is not null'),
    ],
    scenario: { minutes: 0.3, faults: [], rate: 20 },
  },
  {
    name: 'open-to-strangers',
    defect: 'open and resume answer whoever names a thread, of any tenant, and let them into its room',
    invariant: 'isolation',
    tells: 'sees a thread of',
    patches: [
      inGateway(OPENER, 't.id = i.thread_id and t.tenant_id = i.tenant_id', 't.id = i.thread_id'),
      ...OPEN_TO_ALL,
    ],
    scenario: { minutes: 0.3, faults: [], rate: 20 },
  },
  {
    name: 'open-after-removal',
    defect: 'open and resume answer a member that was removed, and everybody else of the tenant',
    invariant: 'isolation',
    tells: 'asked after the removal and was answered',
    patches: OPEN_TO_ALL,
    scenario: { minutes: 0.5, faults: [], rate: 20 },
  },
  {
    name: 'removal-keeps-room',
    defect: 'a removal leaves the room as it is, and nobody looks again',
    invariant: 'isolation',
    patches: [
      inGateway(
        'libs/conversation/src/thread/change-members.js',
        'set member_version = member_version + 1',
        'set member_version = member_version',
      ),
    ],
    scenario: { minutes: 0.5, faults: [], rate: 40 },
  },
  {
    name: 'wrong-thread',
    defect: 'an agent reads what was written in other threads',
    invariant: 'isolation',
    patches: [
      {
        app: 'agent-worker',
        file: 'libs/conversation/src/run/load-history.js',
        find: 'e.thread_id = $1',
        replace: 'e.thread_id <> $1',
      },
    ],
    scenario: { minutes: 0.3, faults: [], rate: 30 },
  },
  {
    name: 'expiry-ignored',
    defect: 'a session outlives its token for good',
    invariant: 'isolation',
    patches: [
      inGateway(
        'apps/gateway/src/session/session-clock.service.js',
        "this.sessions.end(socket, 'token_expired');",
        ';',
      ),
    ],
    scenario: { minutes: 0.6, faults: [], rate: 20 },
  },
  {
    name: 'rejection-unhandled',
    defect: 'a hint that Redis does not take rejects where nobody listens',
    invariant: 'process',
    tells: 'left something unhandled',
    patches: [
      inGateway(
        'libs/redis/src/guarded-publisher.js',
        'return this.#failed();\n        }\n        finally',
        "throw new Error('not published');\n        }\n        finally",
      ),
    ],
    scenario: { minutes: 0.4, faults: ['kill-redis', 'reset-redis'], rate: 30 },
  },
  {
    name: 'body-logged',
    defect: 'messages are written to the log',
    invariant: 'process',
    tells: 'into its log',
    patches: [
      inGateway(
        APPEND_PROVIDER,
        'onAppended: (messages) => {',
        'onAppended: (messages) => {\n            logger.info(JSON.stringify(messages));',
      ),
    ],
    scenario: { minutes: 0.1, faults: [], rate: 20 },
  },
  {
    name: 'exit-code',
    defect: 'an orderly end is told as a failure',
    invariant: 'process',
    tells: 'code 3',
    patches: [
      inGateway(
        'apps/gateway/src/main.js',
        '//# sourceMappingURL',
        "process.on('exit', () => { process.exitCode = 3; });\n//# sourceMappingURL",
      ),
    ],
    scenario: { minutes: 0.2, faults: [], rate: 10 },
  },
  {
    name: 'memory-leak',
    defect: 'every batch of messages leaves 4 MiB behind',
    invariant: 'memory',
    patches: [
      inGateway(
        APPEND_PROVIDER,
        'onAppended: (messages) => {',
        'onAppended: (messages) => {\n            (globalThis.left ??= []).push(Buffer.alloc(4 * 1_048_576, 1));',
      ),
    ],
    scenario: { minutes: 0.4, faults: [], rate: 40 },
  },
];
