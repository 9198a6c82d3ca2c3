import { AppError } from '@holdfast/contracts';
import { SECRET_NAME } from '@holdfast/config';
import * as z from 'zod/mini';
import type { AgentDefinition } from '../agent.port.js';

/**
 * Settings of an agent behind an OpenAI-compatible endpoint. They come from provisioning by operators only: nobody in a
 * thread can make the worker call an address of their choice.
 */
export const OpenAiSettings = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  model: z.string().check(z.minLength(1), z.maxLength(200)),
  /** Name of the environment variable that holds the key; absent for an endpoint without one. */
  apiKeySecret: z.optional(z.string().check(z.regex(SECRET_NAME))),
  systemPrompt: z.optional(z.string().check(z.maxLength(32_768))),
  /** Names of the tools that the model may call. */
  tools: z._default(z.array(z.string()).check(z.maxLength(32)), []),
  /** Model calls of one run; each round of tool calls takes one. */
  maxSteps: z._default(z.int().check(z.gte(1), z.lte(20)), 5),
  maxOutputTokens: z._default(z.int().check(z.gte(1), z.lte(200_000)), 2_048),
  /** Estimated tokens of history; by default AGENT_HISTORY_TOKENS. */
  historyTokens: z.optional(z.int().check(z.gte(100))),
  temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
  /** `prefix` only for servers that go on from a last assistant message. */
  resume: z._default(z.enum(['prefix', 'restart']), 'restart'),
  /** Longest silence of the endpoint, in ms. */
  idleTimeoutMs: z._default(z.int().check(z.gte(100)), 60_000),
});
export type OpenAiSettings = z.infer<typeof OpenAiSettings>;

/** @throws AppError `agent_unavailable` that names the invalid setting, never its value. */
export function parseOpenAiSettings(agent: AgentDefinition): OpenAiSettings {
  const parsed = OpenAiSettings.safeParse(agent.settings);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))].join(', ');
  throw new AppError('agent_unavailable', `The agent “${agent.name}” is set up incompletely: ${names}.`, {
    cause: parsed.error,
  });
}
