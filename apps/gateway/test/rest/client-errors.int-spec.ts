import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientErrorGroup, ClientErrorReport } from '@holdfast/contracts';
import { person, type Person } from './people.js';
import { BOOT_MS, startRestGateway, type RestGateway } from './rest-harness.js';

function report(more: Partial<ClientErrorReport> = {}): ClientErrorReport {
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    fingerprint: 'message:TypeError:0a1b2c3d',
    level: 'message',
    kind: 'render',
    name: 'TypeError',
    stack: '    at Part (https://chat.example/assets/index.js:1:2)',
    componentStack: '',
    count: 1,
    release: '1.0.0',
    route: '/thread/:id',
    threadId: null,
    connection: 'live',
    lastSeq: 7,
    outboxSize: 0,
    breadcrumbs: [],
    ...more,
  };
}

describe('faults of clients', () => {
  let gateway: RestGateway;
  let operator: Person;
  beforeAll(async () => {
    gateway = await startRestGateway();
    operator = await person(gateway, 'operator', { roles: ['ops'] });
  }, BOOT_MS);
  afterAll(() => gateway.close());

  const send = (reports: readonly unknown[], dropped = 0) =>
    gateway.call('POST /api/client-errors', { json: { reports, dropped } });
  const groups = async (release: string) =>
    (await operator.call(`GET /api/ops/client-errors?release=${release}`)).body['groups'] as ClientErrorGroup[];

  it('are grouped by fault and release and counted once, however often a report comes', async () => {
    const first = report({ release: 'once', count: 3 });
    expect((await send([first, first])).body).toEqual({ accepted: 1 });
    expect((await send([first])).body).toEqual({ accepted: 0 });
    expect((await send([report({ release: 'once', count: 2 }), report({ release: 'other' })])).body).toEqual({
      accepted: 2,
    });
    expect(await groups('once')).toMatchObject([{ fingerprint: first.fingerprint, count: 5, level: 'message' }]);
    expect(await groups('other')).toMatchObject([{ count: 1 }]);
  });

  it('are scrubbed again and keep no field that is not declared', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const hostile = {
      ...report({
        release: 'scrub',
        traceId,
        stack: '    at f (https://a.example/x.js?token=s3cret:1:2) ada@mail.example',
      }),
      message: 'words of a person',
    };
    await send([hostile]);
    const text = JSON.stringify(await groups('scrub'));
    expect(text).toContain('https://a.example/x.js:1:2');
    expect(text).toContain(traceId);
    expect(text).not.toMatch(/s3cret|ada@|words of a person/);
  });

  it('are shown to operators only', async () => {
    const user = await person(gateway, 'somebody');
    expect((await user.call('GET /api/ops/client-errors')).status).toBe(403);
    expect((await gateway.call('GET /api/ops/client-errors')).status).toBe(401);
  });

  it('are refused with the field and the rule when they are malformed, too many or too large', async () => {
    const bad = await send([report({ fingerprint: 'has spaces' })]);
    expect(bad.status).toBe(400);
    expect(bad.text).toContain('fingerprint');
    expect((await send([report({ traceId: 'words of a person' })])).status).toBe(400);
    expect((await send([])).status).toBe(400);
    expect((await send(Array.from({ length: 51 }, () => report()))).status).toBe(400);
    expect((await send([report({ stack: 'x'.repeat(70_000) })])).status).toBe(413);
  });

  it('are limited per address', async () => {
    const answers = await Promise.all(Array.from({ length: 90 }, () => send([report({ release: 'flood' })])));
    expect(answers.map(({ status }) => status)).toContain(429);
  });
});
