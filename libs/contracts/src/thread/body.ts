import * as z from 'zod/mini';
import { JsonValue, safeText } from '../primitives.js';
import { CEILINGS } from '../protocol/limits.js';

export const TextPart = z.object({ type: z.literal('text'), text: safeText(1, CEILINGS.textUnits) });
export type TextPart = z.infer<typeof TextPart>;

export const ToolCallPart = z.object({
  type: z.literal('tool_call'),
  callId: safeText(1, 128),
  tool: safeText(1, 128),
  args: JsonValue,
});
export type ToolCallPart = z.infer<typeof ToolCallPart>;

export const ToolResultPart = z.object({
  type: z.literal('tool_result'),
  callId: safeText(1, 128),
  tool: safeText(1, 128),
  ok: z.boolean(),
  result: JsonValue,
});
export type ToolResultPart = z.infer<typeof ToolResultPart>;

/** One piece of a message. A non-text part counts 1 in every offset and length. */
export const Part = z.discriminatedUnion('type', [TextPart, ToolCallPart, ToolResultPart]);
export type Part = z.infer<typeof Part>;

/** What a person may send: text parts with some visible text. */
export const SendBody = z.object({
  parts: z.array(TextPart).check(
    z.minLength(1),
    z.maxLength(CEILINGS.partsPerBody),
    z.refine((parts) => parts.some((part) => part.text.trim() !== ''), 'must contain visible text'),
  ),
});
export type SendBody = z.infer<typeof SendBody>;

/** What a message in the log holds. */
export const MessageBody = z.object({ parts: z.array(Part).check(z.maxLength(CEILINGS.partsPerAgentMessage)) });
export type MessageBody = z.infer<typeof MessageBody>;

/** Length of a part in offset units: UTF-16 units of text, 1 for anything else. */
export function partLength(part: Part): number {
  return part.type === 'text' ? part.text.length : 1;
}

/** Length of parts in offset units. */
export function partsLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + partLength(part), 0);
}

/** The visible text of parts, tool cards left out. */
export function partsText(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Appends parts, joining adjacent text so that equal content has one form however it was chunked. */
export function joinParts(parts: readonly Part[], more: readonly Part[]): Part[] {
  const joined = [...parts];
  for (const part of more) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text') {
      joined[joined.length - 1] = { type: 'text', text: last.text + part.text };
    } else {
      joined.push(part);
    }
  }
  return joined;
}

/** The parts from offset `off` on. */
export function partsFrom(parts: readonly Part[], off: number): Part[] {
  const tail: Part[] = [];
  let position = 0;
  for (const part of parts) {
    const end = position + partLength(part);
    if (position >= off) tail.push(part);
    else if (end > off && part.type === 'text') tail.push({ type: 'text', text: part.text.slice(off - position) });
    position = end;
  }
  return tail;
}
