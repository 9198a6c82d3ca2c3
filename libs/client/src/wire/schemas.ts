/**
 * The protocol as a client reads it: tolerant. A log event of a newer type keeps its seq as an `unknown` event, so that
 * the log stays dense; a part of a newer kind keeps its place. Everything else is the contract's own schema.
 */
import {
  COMMANDS,
  Epoch,
  LiveRun,
  LogEvent,
  RunFollow,
  Seq,
  SERVER_EVENTS,
  ThreadResume,
  Timestamp,
  Uuid,
  type CommandName,
  type CommandReply,
  type ServerEvent,
  type ServerEventName,
} from '@holdfast/contracts';
import * as z from 'zod/mini';
import { TolerantPart } from './parts.js';

const UnknownEvent = z.pipe(
  z.object({
    seq: Seq,
    id: Uuid,
    threadId: Uuid,
    senderId: z.nullable(Uuid),
    at: Timestamp,
    v: z.int(),
    type: z.string(),
  }),
  z.transform(({ type, ...event }) => ({ ...event, type: 'unknown' as const, original: type })),
);

/** A log event, or one of a type that this build does not know. */
export const ClientEvent = z.union([LogEvent, UnknownEvent]);
export type ClientEvent = z.infer<typeof ClientEvent>;

const parts = z.array(TolerantPart);
const events = z.array(ClientEvent);

export const ClientLiveRun = z.extend(LiveRun, { parts });
export type ClientLiveRun = z.infer<typeof ClientLiveRun>;

const [delta, reset, denied, pending] = ThreadResume.def.options;
export const ThreadAnswer = z.discriminatedUnion('status', [
  z.extend(delta, { events, runs: z.array(ClientLiveRun) }),
  z.extend(reset, { events, runs: z.array(ClientLiveRun) }),
  denied,
  pending,
]);
export type ThreadAnswer = z.infer<typeof ThreadAnswer>;

const [runTail, runSnapshot, runEnded, runDenied, runPending] = RunFollow.def.options;
export const RunAnswer = z.discriminatedUnion('status', [
  z.extend(runTail, { parts }),
  z.extend(runSnapshot, { parts }),
  runEnded,
  runDenied,
  runPending,
]);
export type RunAnswer = z.infer<typeof RunAnswer>;

export const ClientEventPage = z.object({ threadId: Uuid, epoch: Epoch, head: Seq, events, more: z.boolean() });
export type ClientEventPage = z.infer<typeof ClientEventPage>;

const TOLERANT_REPLIES = {
  'session.resume': z.object({ threads: z.array(ThreadAnswer), runs: z.array(RunAnswer) }),
  'thread.open': z.object({ thread: ThreadAnswer }),
  'thread.history': ClientEventPage,
  'events.pull': ClientEventPage,
  'run.follow': z.object({ run: RunAnswer }),
};

const TOLERANT_EVENTS = {
  'events.appended': z.extend(SERVER_EVENTS['events.appended'], { events }),
  'run.chunk': z.extend(SERVER_EVENTS['run.chunk'], { parts }),
  'run.snapshot': z.extend(SERVER_EVENTS['run.snapshot'], { parts }),
};

/** What a command is answered with, read tolerantly. */
export type Reply<N extends CommandName> = N extends keyof typeof TOLERANT_REPLIES
  ? z.infer<(typeof TOLERANT_REPLIES)[N]>
  : CommandReply<N>;

type EventPayload<N extends ServerEventName> = N extends keyof typeof TOLERANT_EVENTS
  ? z.infer<(typeof TOLERANT_EVENTS)[N]>
  : ServerEvent<N>;

/** A server event with its name, for a `switch`. */
export type IncomingEvent = { [N in ServerEventName]: { name: N; payload: EventPayload<N> } }[ServerEventName];

const COMMAND_ENTRIES: readonly [string, { readonly reply: z.ZodMiniType }][] = Object.entries(COMMANDS);

const REPLY_SCHEMAS: Partial<Record<string, z.ZodMiniType>> = {
  ...Object.fromEntries(COMMAND_ENTRIES.map(([name, command]) => [name, command.reply])),
  ...TOLERANT_REPLIES,
};

/** The reply without its `ok`, or undefined if this build cannot read it. */
export function decodeReply<N extends CommandName>(name: N, payload: unknown): Reply<N> | undefined {
  const parsed = REPLY_SCHEMAS[name]?.safeParse(payload);
  return parsed?.success === true ? (parsed.data as Reply<N>) : undefined;
}

const EVENT_SCHEMAS: Partial<Record<string, z.ZodMiniType>> = { ...SERVER_EVENTS, ...TOLERANT_EVENTS };

/** Outcome of reading a server event; `unknown` and `malformed` are counted and ignored. */
export type Decoded = { kind: 'event'; event: IncomingEvent } | { kind: 'unknown' } | { kind: 'malformed' };

export function decodeEvent(name: string, payload: unknown): Decoded {
  const schema = Object.hasOwn(EVENT_SCHEMAS, name) ? EVENT_SCHEMAS[name] : undefined;
  if (schema === undefined) return { kind: 'unknown' };
  const parsed = schema.safeParse(payload);
  return parsed.success
    ? { kind: 'event', event: { name, payload: parsed.data } as IncomingEvent }
    : { kind: 'malformed' };
}
