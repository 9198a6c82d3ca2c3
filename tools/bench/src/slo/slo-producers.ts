import { loadConfig } from '@holdfast/config';
import { AppError, type RpcRequest } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { RedisConnections, ResilientClientRedis, RpcClient } from '@holdfast/redis';
import { eventually } from '@holdfast/testing';

const BUCKET_MS = 10_000;
const CALL_TIMEOUT_MS = 20_000;
const MAX_REPEATED = 10;

export interface Shape {
  readonly producers: number;
  /** SLOs that each producer measures, at most 100. */
  readonly slosOf: (producer: number) => readonly string[];
  /** Series of each of them. */
  readonly seriesPerSlo: number;
  /** Between two snapshots of a producer, in ms; 0: as soon as the last one is confirmed. */
  readonly everyMs: number;
}

/** What the service has confirmed, and so committed. */
interface Accepted {
  readonly snapshots: number;
  readonly buckets: number;
  readonly refused: number;
  /** Sent again because no answer came, or that it was busy. */
  readonly repeated: number;
}

/** Producers that report over Nest's Redis transport, with the client that every app has. */
export class SloProducers {
  private readonly connections: RedisConnections;
  private readonly rpc: RpcClient;

  constructor(urls: { readonly databaseUrl: string; readonly redisUrl: string }) {
    const env = { DATABASE_URL: urls.databaseUrl, REDIS_URL: urls.redisUrl };
    const logger = createLogger({ app: 'gateway', instanceId: 'bench', level: 'silent', pretty: false });
    this.connections = new RedisConnections(loadConfig('slo-service', env).redis, logger);
    this.rpc = new RpcClient(new ResilientClientRedis(this.connections));
  }

  /** Resolves once somebody answers. */
  async ready(): Promise<void> {
    await eventually(() => this.rpc.call('service.info', {}), { timeoutMs: 10_000 });
  }

  /** Reports in this shape until `isOver`, each snapshot with greater counts than the last. */
  async run(name: string, shape: Shape, isOver: () => boolean): Promise<Accepted> {
    const all = await Promise.all(
      Array.from({ length: shape.producers }, (_, index) => this.produce(name, shape, { index, isOver })),
    );
    const sum = (of: (each: Accepted) => number) => all.reduce((total, each) => total + of(each), 0);
    return {
      snapshots: sum((a) => a.snapshots),
      buckets: sum((a) => a.buckets),
      refused: sum((a) => a.refused),
      repeated: sum((a) => a.repeated),
    };
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private async produce(
    name: string,
    { slosOf, seriesPerSlo, everyMs }: Shape,
    { index, isOver }: { readonly index: number; readonly isOver: () => boolean },
  ): Promise<Accepted> {
    const measures = [...slosOf(index)];
    const source = `${name}-${String(index)}`;
    const dims = Array.from({ length: seriesPerSlo }, (_, series) => ({ series: String(series) }));
    const accepted = { snapshots: 0, buckets: 0, refused: 0, repeated: 0 };
    for (let seq = 1; !isOver(); seq += 1) {
      const sentAt = Date.now();
      const at = { t: Math.floor(sentAt / BUCKET_MS) * BUCKET_MS, widthMs: BUCKET_MS };
      const counts = { good: seq * 100, bad: 0, excluded: 0 };
      const buckets = measures.flatMap((slo) => dims.map((each) => ({ slo, dims: each, ...at, ...counts })));
      const report = { region: 'bench', source, epoch: source, seq, sentAt, isLast: false, measures, buckets };
      const { refused, repeated } = await this.confirmed(report);
      accepted.repeated += repeated;
      accepted.snapshots += 1;
      accepted.buckets += buckets.length;
      accepted.refused += Object.values(refused).reduce((sum, count) => sum + count, 0);
      const restMs = everyMs - (Date.now() - sentAt);
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    return accepted;
  }

  /** Sends a snapshot until it is confirmed, as every producer does. */
  private async confirmed(report: RpcRequest<'slo.report'>) {
    for (let repeated = 0; ; repeated += 1) {
      try {
        const { refused } = await this.rpc.call('slo.report', report, { timeoutMs: CALL_TIMEOUT_MS });
        return { refused, repeated };
      } catch (error) {
        if (!(error instanceof AppError) || repeated === MAX_REPEATED) throw error;
      }
    }
  }
}
