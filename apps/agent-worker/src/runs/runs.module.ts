import { Module } from '@nestjs/common';
import { Database } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';
import { DoorbellModule, DoorbellQueue, RedisConnections } from '@holdfast/redis';
import { ConnectionRegistry, EmitterFanOut, FanOut, InstanceRelay, RoutedFanOut } from '@holdfast/scaling';
import { SloRecorder } from '@holdfast/slo-recorder';
import { AgentsModule } from '../agents/agents.module.js';
import { AgentRegistry } from '../agents/agent-registry.js';
import { QueueCheck } from '../health/queue-check.js';
import { WORKER_CONFIG, type WorkerConfig } from '../config.token.js';
import { DoorbellProcessor } from '../doorbell/doorbell.processor.js';
import { Announcer } from './announcer.js';
import { CancelController } from './cancel.controller.js';
import { ChunkCommitter } from './chunk-committer.js';
import { ChunkRetention } from './chunk-retention.js';
import { Reachability } from './reachability.js';
import { Reconciler } from './reconciler.js';
import { RunDispatcher } from './run-dispatcher.js';
import { RunExecutor } from './run-executor.js';
import { PostgresRunStore } from './run-store.postgres.js';
import { RunStore } from './run-store.port.js';
import { ShutdownSteps } from './shutdown-steps.js';

/** Leases that a run outlives while Postgres is away; a restart or a failover is over by then. */
const HOLD_LEASES = 10;
const MIN_HOLD_MS = 30_000;

/** Tells a ring from every earlier one of the same run, of which one may be in hand right now. */
function freshRound(): number {
  return Date.now();
}

function holdMs({ leaseMs }: WorkerConfig): number {
  return Math.max(MIN_HOLD_MS, leaseMs * HOLD_LEASES);
}

/** Claims runs, executes them, commits and shows their output. */
@Module({
  imports: [AgentsModule, DoorbellModule],
  controllers: [CancelController],
  providers: [
    QueueCheck,
    {
      provide: FanOut,
      inject: [RedisConnections, LOGGER, ConnectionRegistry, WORKER_CONFIG],
      useFactory: (
        ...[redis, logger, registry, { instanceId }]: [RedisConnections, Logger, ConnectionRegistry, WorkerConfig]
      ) => {
        const inner = new EmitterFanOut(redis, logger);
        return new RoutedFanOut({ inner, logger, registry, relay: new InstanceRelay(redis, instanceId) });
      },
    },
    {
      provide: RunStore,
      inject: [Database, WORKER_CONFIG, AgentRegistry],
      useFactory: (db: Database, { instanceId: owner, leaseMs }: WorkerConfig, agents: AgentRegistry) =>
        new PostgresRunStore(db, { owner, leaseMs, continues: (agent) => agents.continues(agent) }),
    },
    {
      provide: ChunkCommitter,
      inject: [RunStore, FanOut, LOGGER, WORKER_CONFIG],
      useFactory: (store: RunStore, fanOut: FanOut, logger: Logger, config: WorkerConfig) =>
        new ChunkCommitter(store, fanOut, logger, {
          commitMs: config.chunkCommitMs,
          leaseMs: config.leaseMs,
          holdMs: holdMs(config),
        }),
    },
    Announcer,
    {
      provide: RunExecutor,
      inject: [RunStore, ChunkCommitter, AgentRegistry, Announcer, SloRecorder, LOGGER, WORKER_CONFIG],
      useFactory: (
        ...[store, committer, agents, announcer, recorder, logger, config]: [
          RunStore,
          ChunkCommitter,
          AgentRegistry,
          Announcer,
          SloRecorder,
          Logger,
          WorkerConfig,
        ]
      ) => {
        const limits = { runTimeoutMs: config.runTimeoutMs, holdMs: holdMs(config) };
        return new RunExecutor({ store, committer, agents, announcer, recorder }, limits, logger);
      },
    },
    {
      provide: RunDispatcher,
      inject: [RunStore, RunExecutor, DoorbellQueue, LOGGER, WORKER_CONFIG],
      useFactory: (
        ...[store, executor, doorbell, logger, config]: [RunStore, RunExecutor, DoorbellQueue, Logger, WorkerConfig]
      ) => {
        const reachability = new Reachability(config.leaseMs);
        const ringOthers = (runId: string): void => void doorbell.ring('run.execute', { runId }, freshRound());
        return new RunDispatcher({ store, executor, reachability, ringOthers }, config.concurrency, logger);
      },
    },
    {
      provide: Reconciler,
      inject: [RunDispatcher, LOGGER, WORKER_CONFIG],
      useFactory: (dispatcher: RunDispatcher, logger: Logger, { reconcileMs, leaseMs }: WorkerConfig) =>
        // At least twice per lease, so that answers without a break can prove that Postgres was there all the time.
        new Reconciler(dispatcher, logger, Math.min(reconcileMs, leaseMs / 2)),
    },
    DoorbellProcessor,
    ChunkRetention,
    ShutdownSteps,
  ],
})
export class RunsModule {}
