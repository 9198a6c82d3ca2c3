import { randomBytes } from 'node:crypto';
import { requireRunVariable } from './run-environment.js';

/** The Redis of this run, and a prefix that no other test uses (fit for REDIS_PREFIX). */
export function testRedis(): { readonly url: string; readonly prefix: string } {
  return { url: requireRunVariable('redisUrl'), prefix: `t-${randomBytes(6).toString('hex')}` };
}
