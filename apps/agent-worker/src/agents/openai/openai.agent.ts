import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { readSecret } from '@holdfast/config';
import { AppError, type Part } from '@holdfast/contracts';
import { stepCountIs, streamText, type FinishReason, type LanguageModel, type TextStreamPart, type ToolSet } from 'ai';
import { Agent, type AgentContext, type AgentDefinition, type ResumeMode } from '../agent.port.js';
import { ToolBox } from '../tools/tool-box.js';
import type { Tool } from '../tools/tool.port.js';
import { withIdleTimeout } from './idle-timeout.js';
import { toAgentError } from './openai.errors.js';
import { parseOpenAiSettings, type OpenAiSettings } from './openai.settings.js';
import { promptOf, systemPromptOf } from './prompt.js';
import { retryingFetch, type RetryPolicy } from './retrying-fetch.js';
import { assertFinished, partOf } from './stream-part.js';
import { finishCalls, toolSetOf } from './tool-set.js';

// The SDK would print its warnings to the console, past the logger and its redaction.
globalThis.AI_SDK_LOG_WARNINGS = false;

export interface OpenAiOptions {
  readonly tools: readonly Tool[];
  /** Estimated tokens of history where the agent has no setting of its own. */
  readonly historyTokens: number;
  readonly retry?: RetryPolicy;
  /** Reads a secret by its name; by default from the environment. */
  readonly secretOf?: (name: string) => string | undefined;
}

/** Any OpenAI-compatible chat-completions endpoint, through the AI SDK. */
export class OpenaiAgent extends Agent {
  readonly provider = 'openai';

  constructor(private readonly options: OpenAiOptions) {
    super();
  }

  override resumeMode(agent: AgentDefinition): ResumeMode {
    return parseOpenAiSettings(agent).resume;
  }

  override async *stream(context: AgentContext): AsyncGenerator<Part> {
    const settings = parseOpenAiSettings(context.agent);
    const toolBox = new ToolBox(this.options.tools, settings.tools, context);
    const finished = await finishCalls(context.prefix, toolBox);
    yield* finished;
    const local = new AbortController();
    try {
      const whole = { ...context, prefix: [...context.prefix, ...finished] };
      yield* answerOf(this.request(whole, settings, toolBox, local), context.signal, local.signal);
    } finally {
      local.abort();
    }
  }

  private request(context: AgentContext, settings: OpenAiSettings, toolBox: ToolBox, local: AbortController) {
    const fail = (error: unknown): void => {
      local.abort(error);
    };
    const firstStep = context.prefix.filter((part) => part.type === 'tool_call').length;
    const { fullStream } = streamText({
      model: this.modelOf(settings),
      system: systemPromptOf(context, settings),
      messages: promptOf(context, settings, this.options.historyTokens),
      tools: toolSetOf(toolBox, firstStep, fail),
      stopWhen: stepCountIs(settings.maxSteps),
      // The last step has to answer with what it knows.
      prepareStep: ({ stepNumber }) => (stepNumber === settings.maxSteps - 1 ? { toolChoice: 'none' } : {}),
      maxOutputTokens: settings.maxOutputTokens,
      ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
      maxRetries: 0,
      abortSignal: AbortSignal.any([context.signal, local.signal]),
      // Errors arrive in the stream; the default handler would print them, prompt included.
      onError: () => undefined,
    });
    return withIdleTimeout(fullStream, settings.idleTimeoutMs, () => {
      fail(new AppError('agent_timeout', "The agent's provider stopped answering. You can try again."));
    });
  }

  private modelOf(settings: OpenAiSettings): LanguageModel {
    const { retry, secretOf = readSecret } = this.options;
    const apiKey = settings.apiKeySecret === undefined ? undefined : secretOf(settings.apiKeySecret);
    if (settings.apiKeySecret !== undefined && (apiKey === undefined || apiKey === '')) {
      throw new AppError('agent_unavailable', "The agent's key is not configured. An operator has to set it.");
    }
    const provider = createOpenAICompatible({
      name: 'openai',
      baseURL: settings.baseUrl,
      fetch: retryingFetch(retry),
      ...(apiKey === undefined ? {} : { apiKey }),
    });
    return provider(settings.model);
  }
}

/** The parts of an answer; ends cleanly only if the model finished it. */
async function* answerOf(
  items: AsyncIterable<TextStreamPart<ToolSet>>,
  ...signals: readonly AbortSignal[]
): AsyncGenerator<Part> {
  let anyOutput = false;
  let finish: FinishReason | undefined;
  const throwIfAborted = (): void => {
    for (const signal of signals) signal.throwIfAborted();
  };
  try {
    for await (const item of items) {
      if (item.type === 'error') throw toAgentError(item.error, anyOutput);
      if (item.type === 'finish') finish = item.finishReason;
      const part = partOf(item);
      if (part === undefined) continue;
      anyOutput = true;
      yield part;
    }
  } catch (error) {
    throwIfAborted();
    throw toAgentError(error, anyOutput);
  }
  throwIfAborted();
  assertFinished(finish);
}
