import { describe, expect, it, jest } from '@jest/globals';
import { ClientErrorBatch, type ClientErrorReport } from '@holdfast/contracts';
import { ErrorReporter, type ErrorReporterOptions, type Fault } from '../src/errors/error-reporter.js';
import { fingerprint } from '../src/errors/fingerprint.js';
import { QUEUE_LIMITS } from '../src/errors/report-queue.js';
import { watchWindow } from '../src/errors/watch-window.js';
import type { ReportStorage } from '../src/errors/report-storage.port.js';
import { fakeClient } from './fake-client.js';
import { FakeServer, THREAD } from './fake-server.js';
import { VirtualClock } from './virtual-clock.js';

function device(): ReportStorage & { readonly rows: Map<string, ClientErrorReport> } {
  const rows = new Map<string, ClientErrorReport>();
  return {
    rows,
    load: () => Promise.resolve([...rows.values()]),
    put: (report) => {
      rows.set(report.id, report);
      return Promise.resolve();
    },
    remove: (id) => {
      rows.delete(id);
      return Promise.resolve();
    },
  };
}

function world(more: Partial<ErrorReporterOptions> = {}) {
  const clock = new VirtualClock();
  const storage = device();
  const batches: ClientErrorBatch[] = [];
  const server = { status: 200, headers: {} as Record<string, string> };
  const make = (): ErrorReporter =>
    new ErrorReporter({
      url: '/api/client-errors',
      clock,
      random: () => 0.5,
      storage,
      fetch: (_url, init) => {
        if (server.status === 0) return Promise.reject(new TypeError('no network'));
        const batch = ClientErrorBatch.parse(JSON.parse(init?.body as string));
        if (server.status === 200) batches.push(batch);
        return Promise.resolve(new Response('{"accepted":1}', { status: server.status, headers: server.headers }));
      },
      ...more,
    });
  return { clock, storage, batches, server, make, reporter: make() };
}

let places = 0;
function fault(more: Partial<Fault> = {}): Fault {
  places += 1;
  const error = new Error('dear Ben, my password is hunter2');
  error.stack = `Error: dear Ben\nmy password is hunter2\n    at draw${String(places)} (https://chat.example/app.js?token=abc:1:2)`;
  return { error, level: 'message', kind: 'render', fingerprint: fingerprint(error, 'message'), ...more };
}

describe('ErrorReporter', () => {
  it('tells what, where and in which state, and nothing that a person wrote', async () => {
    const { clock, reporter, batches } = world({ route: () => '/thread/:id', release: '1.2.3' });
    reporter.setContext(() => ({ connection: 'live', outboxSize: 2, threadId: THREAD, lastSeq: 7 }));
    reporter.note('connection', 'waiting');
    reporter.report(fault({ componentStack: '\n    at Part (https://chat.example/app.js?x=ada@mail.example:1:2)' }));
    await clock.advance(2_000);
    const [report] = batches[0]?.reports ?? [];
    expect(report).toMatchObject({
      level: 'message',
      name: 'Error',
      count: 1,
      release: '1.2.3',
      route: '/thread/:id',
      connection: 'live',
      outboxSize: 2,
      threadId: THREAD,
      lastSeq: 7,
      breadcrumbs: [{ kind: 'connection', what: 'waiting' }],
    });
    expect(report?.stack).toMatch(/^ {4}at draw\d+ \(https:\/\/chat\.example\/app\.js:1:2\)$/);
    expect(JSON.stringify(batches)).not.toMatch(/Ben|hunter2|token=|ada@/);
  });

  it('makes one report of a thousand equal faults in a second, and one of a value told twice', async () => {
    const { clock, reporter, batches, storage } = world();
    const first = fault();
    for (let time = 0; time < 1_000; time += 1) {
      const error = new Error('again');
      error.stack = (first.error as Error).stack ?? '';
      reporter.report({ ...first, error });
    }
    expect(reporter.report(first)).toBe(first.fingerprint);
    // Told again by an outer boundary or by a person: it keeps the name that the server knows.
    expect(reporter.report({ ...first, level: 'app', fingerprint: 'app:other' })).toBe(first.fingerprint);
    await clock.advance(5_000);
    expect(batches.map(({ reports }) => reports.map(({ count }) => count))).toEqual([[1_001]]);
    expect(storage.rows.size).toBe(0);
  });

  it('delivers after a reload what could not be sent, with growing waits', async () => {
    const { clock, reporter, batches, server, storage, make } = world();
    server.status = 0;
    reporter.report(fault());
    await clock.advance(10_000);
    expect([batches.length, storage.rows.size]).toEqual([0, 1]);
    reporter.stop();
    server.status = 200;
    await make().start();
    await clock.advance(2_000);
    expect([batches.length, storage.rows.size]).toEqual([1, 0]);
  });

  it('waits as long as the server asks, and gives up what it will never take', async () => {
    const { clock, reporter, batches, server, storage } = world();
    server.status = 429;
    server.headers = { 'retry-after': '60' };
    reporter.report(fault());
    await clock.advance(55_000);
    server.status = 200;
    await clock.advance(3_000);
    expect(batches).toHaveLength(0);
    await clock.advance(10_000);
    expect(batches).toHaveLength(1);
    server.status = 400;
    reporter.report(fault());
    await clock.advance(2_000);
    expect(storage.rows.size).toBe(0);
  });

  it('keeps the newest hundred and tells how many it dropped', async () => {
    const { clock, reporter, batches, server, storage } = world();
    server.status = 0;
    for (let time = 0; time < QUEUE_LIMITS.reports + 20; time += 1) reporter.report(fault());
    expect(storage.rows.size).toBe(QUEUE_LIMITS.reports);
    server.status = 200;
    await clock.advance(60_000);
    expect(batches.flatMap(({ reports }) => reports)).toHaveLength(QUEUE_LIMITS.reports);
    expect(batches.map(({ dropped }) => dropped)).toEqual([20, 0]);
  });

  it('hands what waits to the browser when the page is hidden, and never fails itself', async () => {
    const beacons: string[] = [];
    const { reporter, storage } = world({
      beacon: (url) => {
        beacons.push(url);
        return true;
      },
    });
    storage.put = () => Promise.reject(new Error('quota'));
    reporter.setContext(() => {
      throw new Error('the context is broken too');
    });
    expect(() => {
      reporter.report(fault());
    }).not.toThrow();
    reporter.setContext(() => ({ connection: 'live', outboxSize: 0, threadId: null, lastSeq: null }));
    reporter.report(fault());
    reporter.onHide();
    expect(beacons).toEqual(['/api/client-errors']);
    await Promise.resolve();
  });

  it('hears what nobody caught, and whether the page is hidden', async () => {
    const { clock, reporter, batches } = world();
    const hide = jest.spyOn(reporter, 'onHide');
    const target = new EventTarget();
    const unwatch = watchWindow(reporter, target);
    target.dispatchEvent(Object.assign(new Event('error'), { error: fault().error }));
    target.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: fault().error }));
    target.dispatchEvent(new Event('pagehide'));
    await clock.advance(2_000);
    expect(batches[0]?.reports.map(({ kind, level }) => [kind, level])).toEqual([
      ['uncaught', 'app'],
      ['rejection', 'app'],
    ]);
    expect(hide).toHaveBeenCalledTimes(1);
    unwatch();
    target.dispatchEvent(new Event('pagehide'));
    expect(hide).toHaveBeenCalledTimes(1);
  });

  it('knows what the client was doing', async () => {
    const { clock, reporter, batches } = world();
    const server = new FakeServer(clock);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = new Response('{"threads":[],"nextCursor":null}', { headers: { 'x-request-id': traceId } });
    const client = fakeClient(server, { reporter, fetch: () => Promise.resolve(answer) });
    client.start();
    client.openThread(THREAD);
    await clock.advance(1_000);
    server.accepts = false;
    server.cut();
    client.send(THREAD, 'waiting words');
    await clock.advance(100);
    reporter.report(fault());
    await clock.advance(2_000);
    const [report] = batches[0]?.reports ?? [];
    expect(report).toMatchObject({ outboxSize: 1, threadId: THREAD, lastSeq: 0, traceId });
    expect(report?.connection).not.toBe('live');
    expect(report?.breadcrumbs.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['connecting', 'live', 'waiting']),
    );
    expect(JSON.stringify(batches)).not.toContain('waiting words');
    client.stop();
  });
});

describe('fingerprint', () => {
  it('is the same for the same place, whatever the words, and keeps none of them', () => {
    const make = (message: string, host: string): Error => {
      const error = new Error(message);
      error.stack = `Error: ${message}\n    at draw (https://${host}/assets/app.js?v=${message}:10:5)`;
      return error;
    };
    const one = fingerprint(make('dearBen', 'a.example'), 'message');
    expect(one).toBe(fingerprint(make('secret', 'b.example'), 'message'));
    expect(one).not.toContain('Ben');
    expect(one).not.toBe(fingerprint(make('dearBen', 'a.example'), 'thread'));
    expect(fingerprint('thrown text', 'app')).toBe('app:string');
  });
});
