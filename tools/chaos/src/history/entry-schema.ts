import * as z from 'zod/mini';
import type { Entry } from './entry.js';

// Strict throughout: a field that the harness misspells would otherwise be evidence that silently is not there.
const index = z.int().check(z.gte(0));
const numbered = { i: index, at: z.number().check(z.gte(0)) };
const word = z.string().check(z.minLength(1));
const place = { tenant: word, user: word, thread: word };
const outcome = z.enum(['completed', 'failed', 'cancelled']);
const via = z.enum(['ack', 'live', 'resume', 'pull', 'rest']);

const seenEvent = {
  seq: z.int().check(z.gte(1)),
  id: word,
  type: word,
  sender: z.optional(word),
  key: z.optional(word),
  text: z.optional(z.string()),
  run: z.optional(word),
  target: z.optional(word),
  member: z.optional(word),
  status: z.optional(outcome),
};

const entry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...numbered,
    kind: z.literal('meta'),
    seed: z.int(),
    minutes: z.number(),
    rate: z.optional(z.number()),
    faults: z.array(word),
    threads: z.array(
      z.strictObject({ tenant: word, thread: word, members: z.array(word), canary: z.string().check(z.minLength(6)) }),
    ),
    memoryCapMiB: z.number().check(z.gt(0)),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('invoke'),
    op: index,
    name: z.enum([
      'message.send',
      'message.edit',
      'message.delete',
      'run.cancel',
      'session.resume',
      'thread.open',
      'events.pull',
      'member.remove',
      'member.add',
    ]),
    client: word,
    node: word,
    ...place,
    key: z.optional(word),
    text: z.optional(z.string()),
    run: z.optional(word),
    target: z.optional(word),
    member: z.optional(word),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('answer'),
    op: index,
    outcome: z.enum(['ok', 'fail', 'info']),
    code: z.optional(z.string()),
    seq: z.optional(z.int().check(z.gte(1))),
    id: z.optional(word),
    run: z.optional(word),
    duplicate: z.optional(z.boolean()),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('seen'),
    client: word,
    connection: index,
    via,
    op: z.optional(index),
    ...place,
    epoch: word,
    ...seenEvent,
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('position'),
    client: word,
    thread: word,
    epoch: word,
    from: index,
    seq: index,
    reset: z.boolean(),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('watch'),
    phase: z.enum(['begin', 'end']),
    client: word,
    ...place,
    slow: z.optional(z.literal(true)),
  }),
  z.strictObject({ ...numbered, kind: z.literal('away'), client: word }),
  z.strictObject({
    ...numbered,
    kind: z.literal('run'),
    client: word,
    connection: index,
    via,
    ...place,
    run: word,
    attempt: index,
    what: z.enum(['attempt', 'chunk', 'snapshot', 'ended']),
    op: z.optional(index),
    base: z.optional(index),
    off: z.optional(index),
    text: z.optional(z.string()),
    status: z.optional(outcome),
    length: z.optional(index),
  }),
  z.strictObject({ ...numbered, kind: z.literal('called'), tenant: word, run: word, tool: word, effect: word }),
  z.strictObject({
    ...numbered,
    kind: z.literal('access'),
    what: z.enum(['removed', 'expired']),
    tenant: word,
    user: word,
    thread: z.optional(word),
    seq: z.optional(index),
    client: z.optional(word),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('fault'),
    injection: index,
    name: word,
    target: z.string(),
    phase: z.enum(['begin', 'end']),
    effective: z.optional(z.boolean()),
    detail: z.optional(z.string()),
  }),
  z.strictObject({
    ...numbered,
    kind: z.literal('process'),
    node: word,
    what: z.enum(['started', 'exited', 'unhandled', 'memory', 'logs', 'leak']),
    expected: z.optional(z.boolean()),
    code: z.optional(z.nullable(z.int())),
    signal: z.optional(z.nullable(z.string())),
    requested: z.optional(z.enum(['SIGTERM', 'SIGKILL'])),
    residentMiB: z.optional(z.number()),
    lines: z.optional(index),
    detail: z.optional(z.string()),
  }),
  z.strictObject({ ...numbered, kind: z.literal('phase'), name: z.enum(['ready', 'healed', 'quiesced', 'end']) }),
  z.strictObject({
    ...numbered,
    kind: z.literal('final'),
    tenant: word,
    thread: word,
    epoch: word,
    head: index,
    events: z.array(z.strictObject(seenEvent)),
    runs: z.array(
      z.strictObject({
        id: word,
        status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
        attempt: index,
        length: index,
        text: z.optional(z.string()),
      }),
    ),
    members: z.array(word),
  }),
]);

/** The entry that `value` is, or what is wrong with it, in words. */
export function parseEntry(value: unknown): { readonly entry: Entry } | { readonly error: string } {
  const parsed = entry.safeParse(value);
  // JSON has no undefined, so an optional field that is there has its type.
  if (parsed.success) return { entry: parsed.data as Entry };
  return { error: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
}
