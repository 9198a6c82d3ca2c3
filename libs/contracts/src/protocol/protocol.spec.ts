import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import {
  AppError,
  COMMANDS,
  ERROR_CODES,
  GuestRequest,
  JOBS,
  LogEvent,
  LOG_EVENT_DATA,
  RPC,
  SERVER_EVENTS,
  WireError,
  type ErrorCode,
} from '../index.js';

const names = [COMMANDS, SERVER_EVENTS, JOBS, RPC, LOG_EVENT_DATA].flatMap((map) => Object.keys(map));
const id = '018f4e7e-6a8b-7c31-9f51-000000000001';

describe('names on the wire', () => {
  it.each(names)('%s is noun.verb in lower case', (name) => {
    expect(name).toMatch(/^[a-z]+(\.[a-z]+(_[a-z]+)*)$/);
  });
});

describe('schemas', () => {
  const schemas: [string, z.ZodMiniType][] = [
    ...Object.entries(COMMANDS).flatMap(([name, { request, reply }]): [string, z.ZodMiniType][] => [
      [`${name} request`, request],
      [`${name} reply`, reply],
    ]),
    ...Object.entries(SERVER_EVENTS),
    ...Object.entries(LOG_EVENT_DATA),
  ];

  it.each(schemas)('%s has a JSON Schema for the documents', (_, schema) => {
    expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' })).toHaveProperty('$schema');
  });

  it('ignore unknown fields when consuming, so that an old reader meets a new writer', () => {
    const event = {
      seq: 1,
      id,
      threadId: id,
      senderId: null,
      at: '2026-01-01T00:00:00.000Z',
      v: 1,
      type: 'thread.renamed',
    };
    const parsed = LogEvent.parse({ ...event, data: { title: 'Tides', colour: 'green' }, later: true });
    expect(parsed).toEqual({ ...event, data: { title: 'Tides' } });
  });

  it('give an id one form, in whatever case it came', () => {
    const request = { threadId: id.toUpperCase(), typing: true };
    expect(COMMANDS['typing.set'].request.parse(request)).toEqual({ threadId: id, typing: true });
  });

  it.each(['  ', '\u200b', '\u3164', '\u0301\u0301', 'a\r\nb', 'a\u2028b', '\u202egnp.exe', 'a\u2066b', 'a\u001b[2J'])(
    'refuse the name %j, which is not to be seen or changes what is around it',
    (name) => {
      expect(GuestRequest.safeParse({ name }).success).toBe(false);
    },
  );

  it.each(['Ada', 'ä', '李', '👩‍👩‍👧', 'نور', 'Ann-Marie O’Neil', '<b>', '?'])('accept the name %j', (name) => {
    expect(GuestRequest.parse({ name })).toEqual({ name });
  });

  it('refuse a prototype key as data', () => {
    const hostile = JSON.parse(`{"threadId":"${id}","typing":true,"__proto__":{"polluted":true}}`) as unknown;
    expect(COMMANDS['typing.set'].request.parse(hostile)).toEqual({ threadId: id, typing: true });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('AppError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s becomes a valid wire error without its cause', (code) => {
    const wire = new AppError(code, 'No.', { cause: new Error('driver text'), retryAfterMs: 5 }).toWire();
    expect(WireError.parse(wire)).toEqual(wire);
    expect(JSON.stringify(wire)).not.toContain('driver');
    expect(wire.retryable).toBe(ERROR_CODES[code].retryable);
  });
});
