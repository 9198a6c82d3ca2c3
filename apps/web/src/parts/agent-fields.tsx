import { AGENT_MODES, isAgentMode, type AgentModeName } from './agent-mode.js';

interface AgentFieldsProps {
  readonly agents: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly agentId: string | null;
  readonly mode: AgentModeName;
  readonly onChange: (choice: { readonly agentId: string | null; readonly mode: AgentModeName }) => void;
}

/** Which agent a thread has, and when it answers. */
export function AgentFields({ agents, agentId, mode, onChange }: AgentFieldsProps) {
  const agent = agents.find(({ id }) => id === agentId);
  const hint = AGENT_MODES.find((entry) => entry.mode === mode)?.hint;
  return (
    <>
      <label className="field">
        <span className="field__label">Agent</span>
        <select
          className="hf-input"
          data-testid="agent-select"
          value={agentId ?? ''}
          onChange={(event) => {
            onChange({ agentId: event.target.value === '' ? null : event.target.value, mode });
          }}
        >
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
