import { AppError, type Part } from '@holdfast/contracts';
import * as z from 'zod/mini';
import { Agent, type AgentContext, type ResumeMode } from '../agent.port.js';
import { ToolBox } from '../tools/tool-box.js';
import type { Tool } from '../tools/tool.port.js';
import type { AnswerWriter } from './answer-writer.js';
import { Continuation } from './continuation.js';
import { Pacer } from './pacer.js';
import { piecesOf } from './pieces.js';

const GuideSettings = z.object({
  /** Mean speed; by default GUIDE_TOKENS_PER_S. */
  tokensPerS: z.optional(z.number().check(z.gt(0))),
  tools: z._default(z.array(z.string()), ['system.status', 'thread.search']),
});

const Plan = z.union([z.object({ text: z.string() }), z.object({ tool: z.string(), args: z.json() })]);

export interface GuideOptions {
  readonly writer: AnswerWriter;
  readonly tools: readonly Tool[];
  readonly tokensPerS: number;
}

/**
 * The built-in agent: answers from documentation, the live system and the thread, without a model and without a key.
 * What it decides is journaled before it is said, so that any attempt, even of a newer build, says the same and continues
 * exactly where the last one stopped.
 */
export class GuideAgent extends Agent {
  readonly provider = 'guide';

  constructor(private readonly options: GuideOptions) {
    super();
  }

  override resumeMode(): ResumeMode {
    return 'exact';
  }

  override async *stream(context: AgentContext): AsyncGenerator<Part> {
    const settings = settingsOf(context);
    const pacer = new Pacer(settings.tokensPerS ?? this.options.tokensPerS, context.signal);
    const continuation = new Continuation(context.prefix);
    for await (const part of this.script(context, settings.tools)) {
      for (const piece of continuation.next(part).flatMap(inPieces)) {
        await pacer.next();
        yield piece;
      }
    }
  }

  /** The whole answer from its beginning, whatever an earlier attempt has shown. */
  private async *script(context: AgentContext, allowed: readonly string[]): AsyncGenerator<Part> {
    const { writer, tools } = this.options;
    const { journal, history, runId } = context;
    const decided = await journal.once({ step: 0, name: 'guide.plan', args: {} }, () =>
      Promise.resolve({ ...writer.plan(history) }),
    );
    const plan = Plan.parse(decided);
    if ('text' in plan) {
      yield { type: 'text', text: plan.text };
      return;
    }
    const call = { callId: `call-${runId.slice(0, 8)}`, tool: plan.tool, args: plan.args };
    yield { type: 'tool_call', ...call };
    const result = await new ToolBox(tools, allowed, context).call({ step: 1, ...call });
    yield result;
    const text = await journal.once({ step: 2, name: 'guide.text', args: {} }, () =>
      Promise.resolve(writer.conclude(history, result)),
    );
    yield { type: 'text', text: z.string().parse(text) };
  }
}

function inPieces(part: Part): Part[] {
  return part.type === 'text' ? piecesOf(part.text).map((text) => ({ type: 'text', text })) : [part];
}

function settingsOf({ agent }: AgentContext): z.infer<typeof GuideSettings> {
  const parsed = GuideSettings.safeParse(agent.settings);
  if (parsed.success) return parsed.data;
  throw new AppError('agent_unavailable', `The agent “${agent.name}” is set up incorrectly.`, { cause: parsed.error });
}
