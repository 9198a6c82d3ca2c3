import type { Part, ToolResultPart } from '@holdfast/contracts';
import { tool, type ToolSet } from 'ai';
import type { ToolBox } from '../tools/tool-box.js';
import { jsonOf } from './stream-part.js';

/**
 * The tool box as the SDK wants it. `step` counts the run's calls, so that an attempt that repeats the conversation gets
 * the journaled results. A fault of ours, unlike a refusal, ends the attempt through `onFault`: the model must not see it.
 */
export function toolSetOf(toolBox: ToolBox, firstStep: number, onFault: (error: unknown) => void): ToolSet {
  let step = firstStep;
  const entries = toolBox.list().map((entry) => {
    const adapted = tool({
      description: entry.description,
      inputSchema: entry.schema,
      execute: async (input, { toolCallId: callId }): Promise<ToolResultPart> => {
        const call = { step: step++, callId, tool: entry.name, args: jsonOf(input) };
        try {
          return await toolBox.call(call);
        } catch (error) {
          onFault(error);
          throw error;
        }
      },
      toModelOutput: ({ output }) => ({ type: output.ok ? 'json' : 'error-json', value: output.result }),
    });
    return [entry.name, adapted] as const;
  });
  return Object.fromEntries(entries);
}

/** Results of calls that an earlier attempt had made visible but not finished, in order. */
export async function finishCalls(prefix: readonly Part[], toolBox: ToolBox): Promise<ToolResultPart[]> {
  const finished = new Set(prefix.filter((part) => part.type === 'tool_result').map((part) => part.callId));
  const calls = prefix.filter((part) => part.type === 'tool_call');
  const results: ToolResultPart[] = [];
  for (const [step, { callId, tool: name, args }] of calls.entries()) {
    if (!finished.has(callId)) results.push(await toolBox.call({ step, callId, tool: name, args }));
  }
  return results;
}
