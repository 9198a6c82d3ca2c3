import { SloRecorder } from '@holdfast/slo-recorder';
import { Database } from '@holdfast/database';
import type { FanOut } from '@holdfast/scaling';
import type { Agent } from '../src/agents/agent.port.js';
import { AgentRegistry } from '../src/agents/agent-registry.js';
import { AnswerWriter } from '../src/agents/guide/answer-writer.js';
import { KNOWLEDGE } from '../src/agents/guide/docs/knowledge.js';
import { GuideAgent } from '../src/agents/guide/guide.agent.js';
import { OpenaiAgent } from '../src/agents/openai/openai.agent.js';
import type { Tool } from '../src/agents/tools/tool.port.js';
import { Announcer } from '../src/runs/announcer.js';
import { ChunkCommitter } from '../src/runs/chunk-committer.js';
import { Reachability } from '../src/runs/reachability.js';
import { RunDispatcher } from '../src/runs/run-dispatcher.js';
import { RunExecutor } from '../src/runs/run-executor.js';
import { PostgresRunStore } from '../src/runs/run-store.postgres.js';
import { RecordingFanOut, silentLogger } from './fakes.js';

export interface TestWorkerOptions {
  readonly url: string;
  readonly owner?: string;
  readonly leaseMs?: number;
  readonly runTimeoutMs?: number;
  readonly tokensPerS?: number;
  readonly tools?: readonly Tool[];
  readonly agents?: readonly Agent[];
  readonly fanOut?: FanOut;
}

/** A worker on a real Postgres, without doorbells: a test rings or reconciles itself. */
export class TestWorker {
  readonly fanOut = new RecordingFanOut();
  readonly rung: string[] = [];
  readonly recorder = new SloRecorder();
  readonly dispatcher: RunDispatcher;
  readonly store: PostgresRunStore;
  private readonly db: Database;

  constructor(options: TestWorkerOptions) {
    const { leaseMs = 1_000, runTimeoutMs = 20_000, tools = [], tokensPerS = 200 } = options;
    this.db = new Database({ url: options.url, poolMax: 4, timeoutMs: 1_000 });
    const writer = new AnswerWriter(KNOWLEDGE, []);
    const openai = { tools, historyTokens: 1_000, retry: { attempts: 1, baseMs: 10, maxWaitMs: 100 } };
    const guide = new GuideAgent({ writer, tools, tokensPerS });
    const agents = new AgentRegistry(options.agents ?? [guide, new OpenaiAgent(openai)]);
    const continues = agents.continues.bind(agents);
    this.store = new PostgresRunStore(this.db, { owner: options.owner ?? 'w', leaseMs, continues });
    const holdMs = 10_000;
    const committer = new ChunkCommitter(this.store, this.fanOut, silentLogger, { commitMs: 20, leaseMs, holdMs });
    const announcer = new Announcer(this.fanOut);
    const limits = { runTimeoutMs, holdMs };
    const executor = new RunExecutor(
      { store: this.store, committer, agents, announcer, recorder: this.recorder },
      limits,
      silentLogger,
    );
    const reachability = new Reachability(leaseMs);
    const ringOthers = (runId: string): void => void this.rung.push(runId);
    this.dispatcher = new RunDispatcher({ store: this.store, executor, reachability, ringOthers }, 20, silentLogger);
  }

  /** Text of a run as a client would have it that saw every hint. */
  seen(runId: string): string {
    let text = '';
    for (const { event, payload } of this.fanOut.told) {
      const told = payload as { runId?: string; base?: number; off?: number; parts?: { text?: string }[] };
      if (told.runId !== runId) continue;
      if (event === 'run.attempt') text = text.slice(0, told.base);
      if (event === 'run.chunk') text += (told.parts ?? []).map((part) => part.text ?? '#').join('');
    }
    return text;
  }

  async close(): Promise<void> {
    const now = new AbortController();
    now.abort();
    await this.dispatcher.drain(now.signal);
    await this.db.close();
  }
}
