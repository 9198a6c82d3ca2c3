import { AppError, type ToolResultPart } from '@holdfast/contracts';
import type { Json } from '../../journal/journal.port.js';
import type { AgentContext } from '../agent.port.js';
import type { Tool } from './tool.port.js';

const RESULT_LIMIT = 16_384;
const TOOL_TIMEOUT_MS = 10_000;

/** One call as an agent asks for it. */
export interface ToolCall {
  readonly step: number;
  readonly callId: string;
  readonly tool: string;
  readonly args: Json;
}

/** Result of a call, as the journal keeps it. */
type Outcome = Pick<ToolResultPart, 'ok' | 'result'>;

function refusal(reason: string): Outcome {
  return { ok: false, result: { error: reason } };
}

function bounded(result: Json): Outcome {
  const size = JSON.stringify(result).length;
  return size <= RESULT_LIMIT ? { ok: true, result } : refusal(`The result is too large (${size} characters).`);
}

/**
 * The tools that one run may use. Everything is enforced here, outside the model: the agent's allow-list, the argument
 * schema, the scope, a deadline, a bound on the result. Outcomes are journaled, so that a later attempt repeats none.
 */
export class ToolBox {
  private readonly tools: ReadonlyMap<string, Tool>;

  constructor(
    tools: readonly Tool[],
    allowed: readonly string[],
    private readonly context: Pick<AgentContext, 'tenantId' | 'threadId' | 'agent' | 'journal' | 'signal'>,
  ) {
    this.tools = new Map(tools.filter((tool) => allowed.includes(tool.name)).map((tool) => [tool.name, tool]));
  }

  /** The tools on the allow-list. */
  list(): Tool[] {
    return [...this.tools.values()];
  }

  /** Executes a call or returns its journaled outcome. A refusal is a result that the agent sees, not a fault. */
  async call(call: ToolCall): Promise<ToolResultPart> {
    const outcome = await this.outcomeOf(call);
    return { type: 'tool_result', callId: call.callId, tool: call.tool, ...outcome };
  }

  private async outcomeOf({ step, tool: name, args }: ToolCall): Promise<Outcome> {
    const tool = this.tools.get(name);
    if (tool === undefined) return refusal(`The tool ${JSON.stringify(name)} is not available.`);
    const parsed = tool.schema.safeParse(args);
    if (!parsed.success) return refusal(`Invalid arguments: ${parsed.error.issues.map((i) => i.message).join(', ')}.`);
    const recorded = await this.context.journal.once({ step, name, args }, async () => {
      const outcome = await this.run(tool, parsed.data);
      return { ok: outcome.ok, result: outcome.result };
    });
    return recorded as Outcome;
  }

  private async run(tool: Tool, args: unknown): Promise<Outcome> {
    const deadline = AbortSignal.timeout(TOOL_TIMEOUT_MS);
    const signal = AbortSignal.any([this.context.signal, deadline]);
    const { tenantId, threadId, agent } = this.context;
    try {
      return bounded(await untilAborted(tool.run(args, { tenantId, threadId, agentId: agent.id, signal }), signal));
    } catch (cause) {
      this.context.signal.throwIfAborted();
      if (deadline.aborted) return refusal('The tool did not answer in time.');
      return refusal(cause instanceof AppError ? cause.message : 'The tool failed.');
    }
  }
}

/** `work`, or the signal's reason as soon as it fires; a tool that ignores its signal cannot hold the run. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
