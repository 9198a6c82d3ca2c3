import { readdir, readFile } from 'node:fs/promises';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '../health.registry.js';
import type { HealthReport } from '../state/health-state.js';

/** An event loop that comes this late is felt by people, and one that comes as late as `blocked` serves nobody, in ms. */
const LATE_MS = { degraded: 250, blocked: 1_000 } as const;

/** Share of the heap limit, or of the file descriptors, above which the process is about to fail. */
const FULL = { degraded: 0.85, down: 0.95 } as const;

const LOOP_INTERVAL_MS = 1_000;
const RESOURCES_INTERVAL_MS = 10_000;

/** Checks of this process: event loop, heap and file descriptors. */
@Injectable()
export class ProcessChecks implements OnModuleInit, OnModuleDestroy {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });

  constructor(private readonly registry: HealthRegistry) {}

  onModuleInit(): void {
    this.delay.enable();
    const resource = 'own' as const;
    this.registry.register('process.event-loop', () => Promise.resolve(this.eventLoop()), {
      resource,
      intervalMs: LOOP_INTERVAL_MS,
    });
    this.registry.register('process.heap', () => Promise.resolve(heap()), {
      resource,
      intervalMs: RESOURCES_INTERVAL_MS,
    });
    this.registry.register('process.files', files, { resource, intervalMs: RESOURCES_INTERVAL_MS });
  }

  onModuleDestroy(): void {
    this.delay.disable();
  }

  /** The 99th percentile since the last sample; the monitor's own resolution is no delay. */
  private eventLoop(): HealthReport {
    const p99Ms = Math.max(0, Math.round(this.delay.percentile(99) / 1e6) - 20);
    this.delay.reset();
    const facts = { p99Ms };
    if (p99Ms >= LATE_MS.blocked) return { state: 'down', reason: 'blocked', facts };
    return p99Ms >= LATE_MS.degraded ? { state: 'degraded', reason: 'slow', facts } : { state: 'up', facts };
  }
}

function heap(): HealthReport {
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
  return fullness(usedBytes, limitBytes, 'memory', { usedBytes, limitBytes });
}

/** Open file descriptors against the limit, where the system tells them. */
async function files(): Promise<HealthReport> {
  const [open, limits] = await Promise.all([
    readdir('/proc/self/fd').catch(() => undefined),
    readFile('/proc/self/limits', 'utf8').catch(() => ''),
  ]);
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (open === undefined || !(limit > 0)) return { state: 'up', facts: { known: false } };
  return fullness(open.length, limit, 'files', { open: open.length, limit });
}

function fullness(
  used: number,
  limit: number,
  reason: 'memory' | 'files',
  facts: Readonly<Record<string, number>>,
): HealthReport {
  if (used >= limit * FULL.down) return { state: 'down', reason, facts };
  return used >= limit * FULL.degraded ? { state: 'degraded', reason, facts } : { state: 'up', facts };
}
