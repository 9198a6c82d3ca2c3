import { integer } from '../rules.js';
import { variable } from '../variable.js';

export const workerSection = {
  concurrency: variable({
    name: 'WORKER_CONCURRENCY',
    schema: integer(1, 1_000),
    fallback: '20',
    summary: 'Runs that one worker executes at once.',
  }),
  runTimeoutMs: variable({
    name: 'RUN_TIMEOUT_MS',
    schema: integer(1_000, 3_600_000),
    fallback: '120000',
    summary: 'Longest time of one run over all attempts, in ms.',
  }),
  leaseMs: variable({
    name: 'RUN_LEASE_MS',
    schema: integer(500, 60_000),
    fallback: '3000',
    summary: "A worker's hold on a run, in ms; renewed at a third of it.",
  }),
  chunkCommitMs: variable({
    name: 'CHUNK_COMMIT_MS',
    schema: integer(5, 1_000),
    fallback: '50',
    summary: 'Interval of the group commit of streamed output, in ms.',
  }),
  reconcileMs: variable({
    name: 'RECONCILE_MS',
    schema: integer(100, 60_000),
    fallback: '1000',
    summary: 'Interval of the search for runs that nobody executes, in ms.',
  }),
  historyTokens: variable({
    name: 'AGENT_HISTORY_TOKENS',
    schema: integer(100, 1_000_000),
    fallback: '8000',
    summary: "Estimated tokens of conversation history given to an agent; an agent's own setting wins.",
  }),
  guideTokensPerS: variable({
    name: 'GUIDE_TOKENS_PER_S',
    schema: integer(1, 100_000),
    fallback: '40',
    summary: "Pace at which the guide writes, in tokens per second; an agent's own setting wins.",
  }),
};
