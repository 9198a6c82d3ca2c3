import { AppError } from '@holdfast/contracts';
import type { Agent, AgentDefinition } from './agent.port.js';

/** Chooses the implementation that executes an agent's row. */
export class AgentRegistry {
  private readonly agents: ReadonlyMap<string, Agent>;

  constructor(agents: readonly Agent[]) {
    this.agents = new Map(agents.map((agent) => [agent.provider, agent]));
  }

  /** @throws AppError `agent_unavailable` for a provider that this build does not know. */
  for(provider: string): Agent {
    const agent = this.agents.get(provider);
    if (agent !== undefined) return agent;
    throw new AppError(
      'agent_unavailable',
      `This agent needs the provider “${provider}”, which is not installed here.`,
    );
  }

  /** Whether the agent goes on from text that an earlier attempt left; false for one that cannot run at all. */
  continues(definition: AgentDefinition): boolean {
    try {
      return this.for(definition.provider).resumeMode(definition) !== 'restart';
    } catch {
      return false;
    }
  }
}
