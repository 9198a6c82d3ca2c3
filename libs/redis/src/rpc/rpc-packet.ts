import { metrics } from '@holdfast/observability';
import * as z from 'zod/mini';

const Id = z.string().check(z.minLength(1), z.maxLength(64));
const Metadata = z.optional(z.object({ traceId: z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/))) }));

/** A request, or a hint where `id` is absent. */
export const RequestPacket = z.object({ id: z.optional(Id), data: z.unknown(), metadata: Metadata });

/** One answer; the last one of a request is marked `isDisposed`. */
export const ResponsePacket = z.object({
  id: Id,
  response: z.optional(z.unknown()),
  err: z.optional(z.unknown()),
  isDisposed: z.optional(z.boolean()),
});

/** Parses what came over a channel; corrupt text is counted and gives undefined. */
export function readPacket<S extends z.ZodMiniType>(schema: S, text: string): z.infer<S> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  ignorePacket();
  return undefined;
}

/** Counts a packet that nobody can use. */
export function ignorePacket(): void {
  metrics.counter('holdfast_ignored_packets_total').inc({ source: 'rpc' });
}
