import type { Mutant, Patch } from '../mutant.js';

const inWorker = (file: string, find: string, replace: string): Patch => ({ app: 'agent-worker', file, find, replace });

const COMMIT = 'libs/conversation/src/run/commit-chunks.js';
const FINISH = 'libs/conversation/src/run/finish-run.js';
const CLAIM = 'libs/conversation/src/run/claim-run.js';
const END = 'libs/conversation/src/run/end-run.js';
const COMMITTER = 'apps/agent-worker/src/runs/chunk-committer.js';
const JOURNAL = 'apps/agent-worker/src/journal/run.journal.js';
const EXECUTOR = 'apps/agent-worker/src/runs/run-executor.js';

const present = (column: string): string =>
  `(select array_agg(r.${column} order by x.n) from unnest($1::uuid[]) with ordinality x (id, n) join chat.run r on r.id = x.id)`;

/** Faults that take a run away from its worker, which comes back later. */
const TAKEOVERS = ['stop-worker', 'partition-postgres', 'pause-postgres'] as const;

/** Defects of runs: streams, takeovers, ends. */
export const RUN_MUTANTS: readonly Mutant[] = [
  {
    name: 'unfenced-chunks',
    defect: 'a worker whose run was taken over goes on writing into it',
    invariant: 'stream',
    patches: [
      inWorker(
        COMMIT,
        'chat.commit_chunks_v1($1::uuid[], $2::integer[], $3::integer[],',
        `chat.commit_chunks_v1($1::uuid[], coalesce(${present('attempt')}, $2::integer[]), coalesce(${present('length')}, $3::integer[]),`,
      ),
    ],
    scenario: { minutes: 0.9, faults: TAKEOVERS, rate: 40 },
  },
  {
    name: 'unfenced-end',
    defect: 'a worker whose run was taken over ends it all the same',
    invariant: 'stream',
    patches: [
      inWorker(
        FINISH,
        "run.status !== 'running' || run.attempt !== attempt || !run.hasOwner",
        "run.status !== 'running'",
      ),
      inWorker(FINISH, 'else if (end !== run.length)', 'else if (false)'),
      inWorker(
        EXECUTOR,
        "if (verdict === 'lost')\n                return undefined;",
        "if (verdict === 'lost')\n                return await this.end(run, { outcome: 'failed', error: null });",
      ),
    ],
    scenario: { minutes: 0.9, faults: TAKEOVERS, rate: 40 },
  },
  {
    name: 'shown-before-commit',
    defect: 'tokens are shown a moment before they are committed',
    invariant: 'stream',
    patches: [
      inWorker(
        COMMITTER,
        'const outcomes = await this.store.commit(',
        `for (const { run, write } of visits)
                if (write.parts.length > 0)
                    this.show(run, write, run.claim.memberVersion);
            await new Promise((done) => setTimeout(done, 150));
            const outcomes = await this.store.commit(`,
      ),
    ],
    scenario: { minutes: 0.6, faults: ['kill-worker', 'kill-postgres'], rate: 40 },
  },
  {
    name: 'wrong-base',
    defect: 'a takeover keeps half of what it says that it keeps',
    invariant: 'stream',
    patches: [
      inWorker(
        CLAIM,
        'left?.length ?? (continues ? run.length : 0)',
        'left?.length ?? (continues ? Math.floor(run.length / 2) : 0)',
      ),
    ],
    scenario: { minutes: 1.2, faults: ['kill-worker'], rate: 40 },
  },
  {
    name: 'ended-twice',
    defect: 'the end of a run is written into the log twice',
    invariant: 'terminal',
    patches: [
      inWorker(
        END,
        'drafts.unshift({ id: messageId,',
        'drafts.push(drafts[0]);\n        drafts.unshift({ id: messageId,',
      ),
    ],
    scenario: { minutes: 0.2, faults: [], rate: 20 },
  },
  {
    name: 'cancel-after-end',
    defect: 'a cancel ends a run that has ended',
    invariant: 'terminal',
    patches: [
      {
        app: 'gateway',
        file: 'libs/conversation/src/run/cancel-run.js',
        find: 'if (hasEnded(run.status))\n            return { status: run.status, hint: false };',
        replace: '',
      },
    ],
    scenario: { minutes: 0.5, faults: ['latency-clients', 'partition-redis'], rate: 60 },
  },
  {
    name: 'end-forgotten',
    defect: 'the log tells the end of some runs, which go on all the same',
    invariant: 'terminal',
    patches: [inWorker(END, 'await tx.query(END, [', "if (!runId.endsWith('0'))\n        await tx.query(END, [")],
    scenario: { minutes: 0.3, faults: [], rate: 40 },
  },
  {
    name: 'journal-off',
    defect: 'a takeover calls the tools again (and workers die soon after a first call, so that there are takeovers)',
    invariant: 'tools',
    patches: [
      inWorker(JOURNAL, 'if (recorded !== undefined)', 'if (false)'),
      inWorker(
        JOURNAL,
        'return persist(signal, () => this.store.record(claim, step, result));',
        `if (claim.attempt === 1)
            setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);
        return { ...result, result: { call: Math.random(), of: result.result } };`,
      ),
    ],
    scenario: { minutes: 0.6, faults: [], rate: 10 },
  },
];
