import { AGENT_MODES, isAgentMode, type AgentModeName } from './agent-mode.js';

interface AgentFieldsProps {
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly agentId: string | null;
  /** The agents are not known yet, and none was chosen. */
  readonly isLoading?: boolean;
  readonly mode: AgentModeName;
  readonly onChange: (choice: { readonly agentId: string | null; readonly mode: AgentModeName }) => void;
}

/** No agent has this id. */
const LOADING = 'loading';

/** Which agent a thread has, and when it answers. */
export function AgentFields({ agents, agentId, isLoading = false, mode, onChange }: AgentFieldsProps) {
  const agent = agents.find(({ id }) => id === agentId);
  const hint = AGENT_MODES.find((entry) => entry.mode === mode)?.hint;
  return (
    <>
      <label className="field">
        <span className="field__label">Agent</span>
        <select
          className="hf-input"
          data-testid="agent-select"
          value={isLoading ? LOADING : (agentId ?? '')}
          onChange={(event) => {
            onChange({ agentId: event.target.value === '' ? null : event.target.value, mode });
          }}
        >
          {isLoading && (
            <option value={LOADING} disabled>
              Loading
            </option>
          )}
          {agentId !== null && agent === undefined && <option value={agentId}>The assistant</option>}
          {agents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="">No agent</option>
        </select>
        {agent !== undefined && agent.description !== '' && <span className="field__hint">{agent.description}</span>}
      </label>
      {agentId !== null && (
        <label className="field">
          <span className="field__label">It answers</span>
          <select
            className="hf-input"
            data-testid="agent-mode"
            value={mode}
            onChange={(event) => {
              if (isAgentMode(event.target.value)) onChange({ agentId, mode: event.target.value });
            }}
          >
            {AGENT_MODES.map((entry) => (
              <option key={entry.mode} value={entry.mode}>
                {entry.label}
              </option>
            ))}
          </select>
          <span className="field__hint">{hint}</span>
        </label>
      )}
    </>
  );
}
