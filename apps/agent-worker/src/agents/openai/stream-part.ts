import { AppError, type Part } from '@holdfast/contracts';
import type { FinishReason, TextStreamPart, ToolSet } from 'ai';
import type { Json } from '../../journal/journal.port.js';

/** What an item of the SDK's stream adds to the answer, if anything. Reasoning is not shown. */
export function partOf(item: TextStreamPart<ToolSet>): Part | undefined {
  switch (item.type) {
    case 'text-delta':
      return item.text === '' ? undefined : { type: 'text', text: item.text };
    case 'tool-call':
      return { type: 'tool_call', callId: item.toolCallId, tool: item.toolName, args: jsonOf(item.input) };
    case 'tool-result':
      // `execute` of our tool set returns the part itself.
      return item.output as Part;
    case 'tool-error':
      return {
        type: 'tool_result',
        callId: item.toolCallId,
        tool: item.toolName,
        ok: false,
        result: { error: 'The call was not valid.' },
      };
    default:
      return undefined;
  }
}

/** Arguments as the model wrote them; unreadable JSON stays a string. */
export function jsonOf(value: unknown): Json {
  return value === undefined ? {} : (value as Json);
}

const FINISHED: ReadonlySet<FinishReason> = new Set<FinishReason>(['stop', 'length', 'tool-calls']);

/** @throws AppError `agent_failed` unless the model said that its answer is finished. */
export function assertFinished(reason: FinishReason | undefined): void {
  if (reason !== undefined && FINISHED.has(reason)) return;
  throw new AppError(
    'agent_failed',
    reason === 'content-filter'
      ? "The provider's content filter stopped the answer."
      : 'The answer broke off. What arrived is kept; you can try again.',
  );
}
