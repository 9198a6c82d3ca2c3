import { AGENT_PROVIDERS, createAgent } from '@holdfast/conversation';
import { CEILINGS } from '@holdfast/contracts';
import { UsageError } from '../usage.errors.js';
import type { Command } from '../command.js';
import { AGENT_TOOLS, agentSettings } from '../options/agent-settings.js';
import { required, slugOf, textOf } from '../options/option-values.js';
import { withDatabase } from '../with-database.js';

const MAX_DESCRIPTION = 500;

/** Creates an agent, which threads of its tenant can choose from then on. */
export const agentCreate: Command = {
  path: 'agent create',
  summary: 'Create an agent of a tenant and print its id',
  positionals: [],
  options: {
    tenant: { value: 'slug', summary: 'tenant that may use it', required: true },
    name: { value: 'text', summary: 'name; people call it by @name', required: true },
    description: { value: 'text', summary: 'what it is good for, shown where a thread chooses its agent' },
    provider: { value: AGENT_PROVIDERS.join('|'), summary: 'what answers', required: true },
    'base-url': { value: 'url', summary: 'openai: endpoint, such as https://api.openai.com/v1' },
    model: { value: 'name', summary: 'openai: model' },
    'api-key-secret': { value: 'HOLDFAST_SECRET_X', summary: 'openai: variable of the workers that holds the key' },
    'system-prompt': { value: 'text', summary: 'openai: instructions ahead of every conversation' },
    'max-output-tokens': { value: 'n', summary: 'openai: longest answer' },
    'history-tokens': { value: 'n', summary: 'openai: conversation history given to it' },
    resume: {
      value: 'prefix|restart',
      summary:
        'openai: prefix if the endpoint goes on from a last assistant message; else an interrupted answer restarts',
    },
    tools: { value: 'a,b', summary: `tools it may call: ${AGENT_TOOLS.join(', ')}` },
  },
  environment: ['DATABASE_URL'],
  async run(input, { out, note, env }) {
    const tenant = slugOf(required(input, 'tenant'), '--tenant');
    const name = textOf(required(input, 'name'), '--name', CEILINGS.nameUnits);
    const description = textOf(input.options['description'] ?? name, '--description', MAX_DESCRIPTION);
    const given = required(input, 'provider');
    const provider = AGENT_PROVIDERS.find((known) => known === given);
    if (provider === undefined) throw new UsageError(`--provider must be ${AGENT_PROVIDERS.join(' or ')}`);
    const config = agentSettings(input, provider);
    const agent = { tenant, name, description, provider, config };
    const { id } = await withDatabase(env, (database) => createAgent(database, agent));
    out(id);
    if (config.apiKeySecret !== undefined) note(`set ${config.apiKeySecret} in the environment of every agent-worker`);
  },
};
