import { SECRET_NAME } from '@holdfast/config';
import type { AgentConfig } from '@holdfast/conversation';
import { UsageError } from '../usage.errors.js';
import type { CommandInput } from '../command.js';
import { integerOf, listOf, required, textOf } from './option-values.js';

/** The tools that workers have; each agent gets only those it was given. */
export const AGENT_TOOLS = ['system.status', 'thread.search'] as const;

const MAX_PROMPT = 32_768;
const ENDPOINT_OPTIONS = [
  'base-url',
  'model',
  'api-key-secret',
  'system-prompt',
  'max-output-tokens',
  'history-tokens',
  'resume',
];

function tools(value: string | undefined): string[] {
  const names = [...new Set(listOf(value))];
  const unknown = names.find((name) => !(AGENT_TOOLS as readonly string[]).includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--tools has no ${JSON.stringify(unknown)}; there are ${AGENT_TOOLS.join(', ')}`);
}

function baseUrl(value: string): string {
  const url = URL.parse(value);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError('--base-url must be a URL that starts with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new UsageError('--base-url must hold no credentials and no query; name the key by --api-key-secret');
  }
  return value.replace(/\/+$/, '');
}

function secretName(value: string): string {
  // The value may be the key itself, typed by mistake: it is not repeated.
  if (SECRET_NAME.test(value)) return value;
  throw new UsageError(
    '--api-key-secret must be the name of a variable that starts with HOLDFAST_SECRET_, not the key',
  );
}

function resumeOf(value: string): 'prefix' | 'restart' {
  if (value === 'prefix' || value === 'restart') return value;
  throw new UsageError('--resume must be prefix or restart');
}

/**
 * The settings that the options of `agent create` describe.
 * @throws UsageError
 */
export function agentSettings(input: CommandInput, provider: 'guide' | 'openai'): AgentConfig {
  const { options } = input;
  const allowed = tools(options['tools']);
  if (provider === 'guide') {
    const foreign = ENDPOINT_OPTIONS.find((name) => options[name] !== undefined);
    if (foreign !== undefined) throw new UsageError(`--${foreign} is for the provider openai`);
    return { tools: options['tools'] === undefined ? AGENT_TOOLS : allowed };
  }
  const { 'api-key-secret': secret, 'system-prompt': prompt } = options;
  const { 'max-output-tokens': output, 'history-tokens': history, resume } = options;
  return {
    tools: allowed,
    baseUrl: baseUrl(required(input, 'base-url')),
    model: textOf(required(input, 'model'), '--model', 200),
    ...(secret !== undefined && { apiKeySecret: secretName(secret) }),
    ...(prompt !== undefined && { systemPrompt: textOf(prompt, '--system-prompt', MAX_PROMPT) }),
    ...(output !== undefined && { maxOutputTokens: integerOf(output, '--max-output-tokens', [1, 200_000]) }),
    ...(resume !== undefined && { resume: resumeOf(resume) }),
    ...(history !== undefined && { historyTokens: integerOf(history, '--history-tokens', [100, 1_000_000]) }),
  };
}
