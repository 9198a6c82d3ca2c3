import { AppError, type Agent } from '@holdfast/contracts';
import { isUniqueViolation, type Database } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';

const INSERT_TENANT = {
  name: 'tenant_insert',
  text: 'insert into chat.tenant (id, slug, name) values ($1, $2, $3) returning id',
};

/**
 * Creates a tenant.
 * @throws AppError `conflict` if the slug is taken
 */
export async function createTenant(
  db: Database,
  tenant: { readonly slug: string; readonly name: string },
): Promise<{ readonly id: string }> {
  const id = uuidv7();
  try {
    await db.query(INSERT_TENANT, [id, tenant.slug, tenant.name]);
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('conflict', 'A tenant with this slug exists.', { cause: error });
    throw error;
  }
  return { id };
}

/** How an agent is reached and what it may do. Optional settings fall back to the worker's. */
export interface AgentConfig {
  /** Provider `openai`: base URL of the endpoint. */
  readonly baseUrl?: string;
  readonly model?: string;
  /** NAME of the secret in the worker's environment, never the key itself. */
  readonly apiKeySecret?: string;
  /** Allow-listed tools. */
  readonly tools?: readonly string[];
  readonly systemPrompt?: string;
  /** Tokens of conversation history given to the agent. */
  readonly historyTokens?: number;
  /** Tokens that one answer may have. */
  readonly maxOutputTokens?: number;
  /** `prefix` only for endpoints that go on from a last assistant message; by default an interrupted answer restarts. */
  readonly resume?: 'prefix' | 'restart';
}

export const AGENT_PROVIDERS = ['guide', 'openai'] as const;
export type AgentProvider = (typeof AGENT_PROVIDERS)[number];

export interface NewAgent {
  /** Slug of the tenant. */
  readonly tenant: string;
  /** Mentioned as `@name`; unique among the tenant's agents. */
  readonly name: string;
  readonly description: string;
  readonly provider: AgentProvider;
  readonly config: AgentConfig;
}

const INSERT_AGENT = {
  name: 'agent_insert',
  text: `with u as (
           insert into chat.app_user (id, tenant_id, subject, name, kind)
           select $1, t.id, 'agent:' || $3, $3, 'agent' from chat.tenant t where t.slug = $2
           returning id, name
         )
         insert into chat.agent (user_id, description, provider, config)
         select u.id, $4, $5, $6::jsonb from u
         returning user_id as id, description`,
};

/**
 * Creates an agent of a tenant.
 * @throws AppError `not_found` for an unknown tenant, `conflict` if the name is taken
 */
export async function createAgent(db: Database, agent: NewAgent): Promise<Agent> {
  const { tenant, name, description, provider, config } = agent;
  try {
    const values = [uuidv7(), tenant, name, description, provider, JSON.stringify(config)];
    const [row] = await db.query<Omit<Agent, 'name'>>(INSERT_AGENT, values);
    if (row === undefined) throw new AppError('not_found', 'No such tenant.');
    return { ...row, name };
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('conflict', 'An agent with this name exists.', { cause: error });
    throw error;
  }
}
