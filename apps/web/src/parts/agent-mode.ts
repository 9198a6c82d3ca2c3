/** When a thread's agent answers, in words. */
export const AGENT_MODES = [
  { mode: 'auto', label: 'Automatically', hint: 'To every message while one person is here, else when mentioned.' },
  { mode: 'every', label: 'To every message', hint: 'Whoever writes.' },
  { mode: 'mention', label: 'When mentioned', hint: 'To messages that contain its name after an @.' },
  { mode: 'off', label: 'Never', hint: 'It stays silent.' },
] as const;

export type AgentModeName = (typeof AGENT_MODES)[number]['mode'];

export function isAgentMode(value: string): value is AgentModeName {
  return AGENT_MODES.some(({ mode }) => mode === value);
}
