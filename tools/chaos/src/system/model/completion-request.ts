import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

/** What a worker asks a model, as far as it matters here. */
export const CompletionRequest = z.object({
  tools: z.optional(z.array(z.object({ function: z.object({ name: z.string() }) }))),
  tool_choice: z.optional(z.unknown()),
  messages: z.array(
    z.object({ role: z.string(), content: z.optional(z.unknown()), tool_call_id: z.optional(z.string()) }),
  ),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;

/** The conversation of a request, taken apart. */
export interface Conversation {
  readonly question: string;
  /** What the answer consists of already. */
  readonly prefix: string;
  readonly results: readonly { readonly callId: string; readonly content: string }[];
}

const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : content === undefined || content === null ? '' : JSON.stringify(content);

export function conversationOf({ messages }: CompletionRequest): Conversation {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const after = messages.slice(at + 1);
  return {
    question: textOf(messages[at]?.content),
    prefix: after.map(({ role, content }) => (role === 'assistant' ? textOf(content) : '')).join(''),
    results: after.flatMap(({ role, content, tool_call_id: callId = '' }) =>
      role === 'tool' ? [{ callId, content: canonical(textOf(content)) }] : [],
    ),
  };
}

/** Names a question, without its words. */
export function tagOf(question: string): string {
  return createHash('sha256').update(question).digest('hex').slice(0, 16);
}

/** The same text for the same JSON, in whatever order a database gives its keys back. */
function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
        : value,
    );
  } catch {
    return text;
  }
}
