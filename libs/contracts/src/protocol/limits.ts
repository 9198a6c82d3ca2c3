import * as z from 'zod/mini';

/** Ceilings of the schemas themselves. A deployment configures lower limits and tells them in `session.ready`. */
export const CEILINGS = {
  /** UTF-16 units of one text part. */
  textUnits: 262_144,
  partsPerBody: 16,
  /** Parts of an agent's message; tool cards add up. */
  partsPerAgentMessage: 4_096,
  messagesPerSend: 50,
  threadsPerResume: 200,
  runsPerResume: 200,
  eventsPerPage: 200,
  titleUnits: 200,
  nameUnits: 80,
  presenceUsers: 200,
} as const;

/** The limits in force on this connection, as told in `session.ready`. */
export const SessionLimits = z.object({
  /** UTF-8 bytes of one message body's JSON. */
  bodyBytes: z.int(),
  messagesPerSend: z.int(),
  /** Messages per {@link SessionLimits.rateWindowMs} and user, sustained. */
  rateMessages: z.int(),
  rateWindowMs: z.int(),
  rateBurst: z.int(),
  openThreads: z.int(),
  /** UTF-8 bytes of one WebSocket message; larger ones close the socket. */
  frameBytes: z.int(),
  /** Bytes a client should put into one `message.send`. */
  sendBytes: z.int(),
});
export type SessionLimits = z.infer<typeof SessionLimits>;
