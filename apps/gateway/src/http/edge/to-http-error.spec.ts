import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { AppError, ERROR_CODES, type ErrorCode } from '@holdfast/contracts';
import { allowedMethods } from './allowed-methods.js';
import { toHttpError } from './to-http-error.js';

describe('toHttpError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('answers %s with the status of the table', (code) => {
    const { status, error } = toHttpError(new AppError(code, 'why'));
    expect(status).toBe(ERROR_CODES[code].http);
    expect(error.code).toBe(code);
  });

  it.each([
    ['a driver error', new Error('relation "chat.thread" does not exist')],
    ['an internal fault of ours', new AppError('internal', 'statement thread_get has no name')],
    ['a framework fault', new HttpException('secret detail', 500)],
    ['a text', 'thrown text'],
    ['nothing', undefined],
  ])('keeps %s to itself', (_, exception) => {
    const { status, error } = toHttpError(exception);
    expect(status).toBe(500);
    expect(error.toWire()).toEqual({
      code: 'internal',
      message: 'an unexpected fault; it was logged',
      retryable: true,
    });
  });

  it.each([
    [400, 'invalid'],
    [404, 'not_found'],
    [413, 'too_large'],
    [415, 'invalid'],
    [503, 'draining'],
  ])('keeps the framework status %i, as %s', (status, code) => {
    expect(toHttpError(new HttpException('m', status))).toMatchObject({ status, error: { code } });
  });
});

describe('allowedMethods', () => {
  it.each([
    ['/api/threads', ['GET', 'POST']],
    ['/api/threads/abc', ['GET', 'PATCH', 'DELETE']],
    ['/api/threads/abc/members/def', ['DELETE']],
    ['/api/threads/', []],
    ['/api/threads/a/b/c', []],
    ['/nowhere', []],
  ])('of %s are %j', (path, methods) => {
    expect(allowedMethods(path).sort()).toEqual(methods.sort());
  });
});
