import * as z from 'zod/mini';
import { safeText, Seq, Timestamp, TraceId, Uuid } from '../primitives.js';

/** The boundary that took a fault, from one message to the whole page. */
export const ErrorLevel = z.enum(['message', 'thread', 'chat', 'app']);
export type ErrorLevel = z.infer<typeof ErrorLevel>;

export const CLIENT_ERROR_LIMITS = {
  reportsPerBatch: 50,
  /** UTF-8 bytes of one request; browsers refuse a beacon beyond 64 KiB. */
  batchBytes: 49_152,
  breadcrumbs: 20,
} as const;

/** What happened shortly before: a kind and fixed words or ids, never what a person wrote. */
export const Breadcrumb = z.object({ at: Timestamp, kind: safeText(1, 32), what: safeText(0, 128) });
export type Breadcrumb = z.infer<typeof Breadcrumb>;

/** A fault in a client. Every field is named here on purpose: nothing else is sent, stored or shown. */
export const ClientErrorReport = z.object({
  id: Uuid,
  at: Timestamp,
  /** Equal for the same fault at the same place. */
  fingerprint: z.string().check(z.maxLength(128), z.regex(/^[\w:.-]+$/)),
  level: ErrorLevel,
  kind: z.enum(['render', 'uncaught', 'rejection']),
  /** Class of the error, such as `TypeError`; not its message. */
  name: safeText(1, 64),
  /** Frames only. */
  stack: safeText(0, 4_096),
  componentStack: safeText(0, 2_048),
  /** Times it happened since the first one that this report stands for. */
  count: z.int().check(z.gte(1), z.lte(1_000_000)),
  release: safeText(1, 64),
  /** Route template, without ids. */
  route: safeText(0, 128),
  threadId: z.nullable(Uuid),
  connection: safeText(0, 32),
  lastSeq: z.nullable(Seq),
  outboxSize: z.int().check(z.gte(0)),
  /** Of the last answer before it, as the server's logs name it; absent before the first. */
  traceId: z.optional(TraceId),
  breadcrumbs: z.array(Breadcrumb).check(z.maxLength(CLIENT_ERROR_LIMITS.breadcrumbs)),
});
export type ClientErrorReport = z.infer<typeof ClientErrorReport>;

export const ClientErrorBatch = z.object({
  reports: z.array(ClientErrorReport).check(z.minLength(1), z.maxLength(CLIENT_ERROR_LIMITS.reportsPerBatch)),
  /** Reports that this client had to drop since its last batch. */
  dropped: z.int().check(z.gte(0), z.lte(1_000_000)),
});
export type ClientErrorBatch = z.infer<typeof ClientErrorBatch>;

export const ClientErrorReply = z.object({
  /** Reports that were new. */
  accepted: z.int(),
});
export type ClientErrorReply = z.infer<typeof ClientErrorReply>;

/** All reports of one fault in one release. */
export const ClientErrorGroup = z.object({
  fingerprint: z.string(),
  release: z.string(),
  level: ErrorLevel,
  name: z.string(),
  count: z.number(),
  firstAt: Timestamp,
  lastAt: Timestamp,
  /** The latest report. */
  sample: ClientErrorReport,
});
export type ClientErrorGroup = z.infer<typeof ClientErrorGroup>;

export const ClientErrorQuery = z.object({
  release: z.optional(safeText(1, 64)),
  limit: z._default(z.pipe(z.coerce.number(), z.int().check(z.gte(1), z.lte(200))), 50),
});
export type ClientErrorQuery = z.infer<typeof ClientErrorQuery>;

export const ClientErrorList = z.object({ groups: z.array(ClientErrorGroup) });
export type ClientErrorList = z.infer<typeof ClientErrorList>;

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Query strings and fragments carry tokens and search words.
  [/(?<=[\w/])[?#][^\s:)]*/g, ''],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, '(address)'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)'],
  // Anything long without a space: keys, hashes, encoded words. Paths and ids are broken by their separators.
  [/[A-Za-z0-9+_=]{33,}/g, '(secret)'],
];

/** A text of a report without what may identify a person or open a door. Applied by the client and again by the server. */
export function scrub(text: string): string {
  return SECRETS.reduce((rest, [pattern, words]) => rest.replace(pattern, words), text);
}
