import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, randomUUID } from 'node:crypto';

/** What the current piece of work is about. Every log line written inside {@link runWithContext} carries it. */
export interface LogContext {
  /** 32 hex digits, as in W3C trace context. */
  readonly traceId?: string;
  readonly tenantId?: string;
  readonly threadId?: string;
  readonly runId?: string;
  readonly userId?: string;
  readonly sessionId?: string;
  /** Name of the command, job, rpc or route at work. */
  readonly operation?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `fn`, and everything asynchronous it starts, with `context` added to the surrounding one. */
export function runWithContext<T>(context: LogContext, fn: () => T): T {
  return storage.run({ ...storage.getStore(), ...context }, fn);
}

/** The context of the caller; empty outside of {@link runWithContext}. */
export function currentContext(): LogContext {
  return storage.getStore() ?? {};
}

/** A fresh trace id of 122 random bits. Every command has one: Node draws the entropy of many UUIDs at a time. */
export function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}

/** A fresh identity for a process of `app` that was not given one by `INSTANCE_ID`. */
export function newInstanceId(app: string): string {
  return `${app}-${randomBytes(4).toString('hex')}`;
}
