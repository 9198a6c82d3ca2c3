import { describe, expect, it } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import { createLogger, metrics, METRICS, NestLogger, newTraceId, runWithContext } from './index.js';

function capture() {
  const lines: string[] = [];
  const logger = createLogger({
    app: 'gateway',
    instanceId: 'gateway-1',
    level: 'trace',
    pretty: false,
    destination: { write: (line: string) => void lines.push(line) },
  });
  const entry = (index = 0) => JSON.parse(lines[index] ?? '') as Record<string, unknown>;
  return { lines, logger, entry };
}

describe('the logger', () => {
  it('writes one JSON object per line with app, instance and the current context', async () => {
    const { logger, entry } = capture();
    const traceId = newTraceId();
    await runWithContext({ traceId, tenantId: 't1' }, () =>
      runWithContext({ threadId: 'h1', runId: 'r1' }, async () => {
        await Promise.resolve();
        logger.info({ count: 2 }, 'appended');
      }),
    );
    expect(entry()).toMatchObject({
      level: 'info',
      app: 'gateway',
      instance: 'gateway-1',
      traceId,
      tenant: 't1',
      thread: 'h1',
      run: 'r1',
      count: 2,
      msg: 'appended',
    });
  });

  it('keeps a forged line inside its own line', () => {
    const { logger, lines, entry } = capture();
    const forged = 'hello\r\n{"level":"fatal","msg":"forged"}\u2028\u0000';
    logger.warn({ name: forged }, forged);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
    expect(entry()['msg']).toBe(forged);
  });

  it.each([
    ['a token', { auth: { token: 'SECRET' } }],
    ['a header', { headers: { Authorization: 'Bearer SECRET', Cookie: 'SECRET' } }],
    ['a message body', { message: { body: { parts: [{ type: 'text', text: 'SECRET' }] } } }],
    ['parts in a list', { chunks: [{ parts: ['SECRET'] }] }],
    ['a password', { config: { deep: { password: 'SECRET' } } }],
    ['a URL with credentials', { url: 'postgres://user:SECRET@host/db' }],
    ['a URL object', { at: new URL('redis://:SECRET@host') }],
    ['a JWT anywhere', { reason: 'bad eyJhbGciOiJIUzI1NiJ9.eyJTRUNSRVQiOjF9.SECRET here' }],
    [
      'statement values',
      { err: Object.assign(new Error('x'), { parameters: ['SECRET'], detail: 'Key (a)=(SECRET)' }) },
    ],
    ['a quoted value', { err: Object.assign(new Error('invalid input: "SECRET"'), { code: '22P02' }) }],
    ['an array buffer', { frame: Buffer.from('SECRET') }],
  ])('never shows %s', (_what, fields) => {
    const { logger, lines } = capture();
    logger.error(fields, 'failed for redis://u:SECRET@h');
    logger.child(fields).child({ part: 'deeper' }).error('again');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('"part":"deeper"');
    expect(lines.join('')).not.toContain('SECRET');
  });

  it('serialises an error with its code and its causes', () => {
    const { logger, entry } = capture();
    const root = Object.assign(new Error('duplicate key'), { code: 'ECONNRESET' });
    logger.error({ err: new AppError('unavailable', 'try again', { cause: root }) }, 'append failed');
    expect(entry()['err']).toMatchObject({
      type: 'AppError',
      code: 'unavailable',
      message: 'try again',
      cause: { type: 'Error', code: 'ECONNRESET', message: 'duplicate key' },
    });
  });

  it('takes an error in place of fields', () => {
    const { logger, entry } = capture();
    logger.error(new Error('broken'));
    expect(entry()).toMatchObject({ msg: 'Error', err: { message: 'broken' } });
  });

  it('bounds a line, whatever it is given', () => {
    const { logger, lines } = capture();
    const cyclic: Record<string, unknown> = { long: 'x'.repeat(1_000_000), many: new Array(100_000).fill('y') };
    cyclic['self'] = cyclic;
    logger.info(cyclic, 'big');
    expect(lines[0]?.length).toBeLessThan(100_000);
  });

  it('carries the lines of Nest', () => {
    const { logger, entry } = capture();
    const nest = new NestLogger(logger);
    nest.log('listening', 'NestApplication');
    nest.log('module ready', 'InstanceLoader');
    nest.error(new Error('broken'), undefined, 'ExceptionsHandler');
    expect(entry(0)).toMatchObject({ level: 'info', context: 'NestApplication', msg: 'listening' });
    expect(entry(1)).toMatchObject({ level: 'debug' });
    expect(entry(2)).toMatchObject({ level: 'error', context: 'ExceptionsHandler', err: { message: 'broken' } });
  });
});

describe('metrics', () => {
  it('creates each declared metric once and exposes it', async () => {
    metrics.counter('holdfast_messages_total').inc({ outcome: 'appended' });
    metrics.counter('holdfast_messages_total').inc({ outcome: 'appended' });
    metrics.gauge('holdfast_connections').set(3);
    metrics.histogram('holdfast_append_seconds').observe(0.01);
    metrics.collectRuntime();
    metrics.collectRuntime();
    const { body, contentType } = await metrics.expose();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('holdfast_messages_total{outcome="appended"} 2');
    expect(body).toContain('holdfast_connections 3');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('names every metric under one prefix, with the unit or kind as its ending', () => {
    for (const [name, { type }] of Object.entries(METRICS)) {
      // Services of others count their SLOs under the same name.
      if (name !== 'slo_events_total') expect(name).toMatch(/^holdfast_[a-z_]+$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
    }
  });
});
