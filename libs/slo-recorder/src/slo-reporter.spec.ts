import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError, type SloReport, type SloReportReceipt } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { admit, NO_ROWS, mergeRows, seriesOf, type EpochLedger, type MergedRows, type Snapshot } from '@holdfast/slo';
import { SloRecorder } from './slo-recorder.js';
import { SloReporter } from './slo-reporter.js';

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
const START = Date.UTC(2026, 0, 1);

/** The service's side, by its own arithmetic; may be away, or lose its answers. */
class Service {
  rows: MergedRows = NO_ROWS;
  readonly ledgers = new Map<string, EpochLedger>();
  mode: 'there' | 'away' | 'loses answers' = 'there';
  readonly reports: SloReport[] = [];

  constructor(private readonly now: () => number) {}

  readonly call = (_name: string, report: unknown): Promise<SloReportReceipt> => {
    if (this.mode === 'away') return Promise.reject(new AppError('unavailable', 'away'));
    const snapshot = report as Snapshot & SloReport;
    this.reports.push(snapshot);
    const context = { now: this.now(), slos: new Set(['a', 'b']), ledger: this.ledgers.get(snapshot.epoch) };
    const { rows, ledger, tally, skewMs } = admit(snapshot, { ...context, series: new Set() });
    this.rows = mergeRows(this.rows, rows);
    if (ledger !== undefined) this.ledgers.set(snapshot.epoch, ledger);
    if (this.mode === 'loses answers') return Promise.reject(new AppError('timeout', 'lost'));
    return Promise.resolve({ skewMs, refused: Object.fromEntries(tally) });
  };

  total(slo: string) {
    return seriesOf(this.rows, slo).sum({ from: 0, to: Number.MAX_SAFE_INTEGER });
  }
}

describe('a reporter', () => {
  let recorder: SloRecorder;
  let service: Service;
  let reporter: SloReporter;
  let clockOffMs: number;

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    clockOffMs = 0;
    recorder = new SloRecorder();
    recorder.declare('a');
    service = new Service(() => Date.now());
    const rpc = { call: service.call as never };
    const deps = { recorder, rpc, logger, now: () => Date.now() + clockOffMs };
    reporter = new SloReporter({ region: 'local', source: 's' }, deps);
    reporter.start();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('reports what was counted within about a second, and that nothing happened now and then', async () => {
    recorder.good('a', 3);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(service.total('a')).toMatchObject({ good: 3, bad: 0 });
    const before = service.reports.length;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(service.reports.length - before).toBeGreaterThanOrEqual(2);
    expect(service.reports.at(-1)).toMatchObject({ buckets: [], measures: ['a'] });
  });

  it('loses and doubles nothing while the service is away, loses its answers, and comes back', async () => {
    for (const [step, mode] of (
      ['there', 'loses answers', 'away', 'there', 'loses answers', 'there'] as const
    ).entries()) {
      service.mode = mode;
      for (let minute = 0; minute < 15; minute += 1) {
        recorder.good('a', step + 1);
        recorder.bad('a', 1);
        await jest.advanceTimersByTimeAsync(60_000);
      }
    }
    await jest.advanceTimersByTimeAsync(30_000);
    expect(service.total('a')).toEqual({ good: 15 * (1 + 2 + 3 + 4 + 5 + 6), bad: 90, excluded: 0 });
  });

  it('coarsens rather than drops while the service is away for long', async () => {
    service.mode = 'away';
    const dims = Array.from({ length: 100 }, (_, index) => ({ cause: `c${String(index)}` }));
    for (let step = 0; step < 90; step += 1) {
      for (const each of dims) recorder.good('b', 1, each);
      await jest.advanceTimersByTimeAsync(10_000);
    }
    service.mode = 'there';
    await jest.advanceTimersByTimeAsync(60_000);
    expect(service.total('b').good).toBe(9_000);
    expect([...service.rows.values()].some(({ widthMs }) => widthMs > 10_000)).toBe(true);
  });

  it('corrects a clock that is off, and counts nothing twice', async () => {
    clockOffMs = 3_600_000;
    recorder.good('a', 5);
    await jest.advanceTimersByTimeAsync(30_000);
    recorder.good('a', 2);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(service.total('a').good).toBe(7);
    expect(Math.max(...[...service.rows.values()].map(({ t }) => t))).toBeLessThanOrEqual(Date.now());
  });

  it('says goodbye with everything that is left', async () => {
    await jest.advanceTimersByTimeAsync(11_000);
    recorder.good('a', 4);
    const stopped = reporter.stop(1_000);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await stopped).toBe(true);
    expect(service.total('a').good).toBe(4);
    expect(service.reports.at(-1)?.isLast).toBe(true);
  });

  it('does not wait for a service that is not there', async () => {
    service.mode = 'away';
    await jest.advanceTimersByTimeAsync(5_000);
    const stopped = reporter.stop(60_000);
    await jest.advanceTimersByTimeAsync(500);
    expect(await stopped).toBe(false);
  });
});
