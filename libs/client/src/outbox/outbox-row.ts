import { ErrorCode, SendBody, Uuid } from '@holdfast/contracts';
import * as z from 'zod/mini';

/** A kept message as an earlier build, or a damaged profile, may have left it. */
export const OutboxRow = z.object({
  clientMessageId: Uuid,
  threadId: Uuid,
  body: SendBody,
  createdAt: z.number(),
  expiresAt: z.number(),
  attempts: z.number(),
  nextAt: z.number(),
  state: z.discriminatedUnion('status', [
    z.object({ status: z.literal('queued') }),
    z.object({ status: z.literal('sending') }),
    z.object({ status: z.literal('sent'), seq: z.number(), at: z.string() }),
    z.object({ status: z.literal('failed'), code: ErrorCode, message: z.string() }),
    z.object({ status: z.literal('expired') }),
  ]),
});
