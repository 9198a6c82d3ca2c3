import type { ConnectionState } from '@holdfast/client';

/** What to say about the connection; null = nothing worth a word. */
export interface ConnectionWords {
  readonly tone: 'calm' | 'warning' | 'critical';
  readonly text: string;
  /** Whole seconds until the next try, told beside the text. */
  readonly countdown?: number;
  readonly action?: 'retry' | 'reload';
}

/** Short losses are not worth a word, ms. */
const PATIENCE_MS = 1_000;

const DEGRADED: Readonly<Record<string, string>> = {
  database: 'Messages cannot be stored at the moment; they wait here',
  redis: 'Updates may arrive a little late',
  agents: 'Agents cannot answer at the moment',
};

export function connectionWords(state: ConnectionState, now: number): ConnectionWords | null {
  switch (state.status) {
    // While draining the old connection serves until the new one is up to date.
    case 'idle':
    case 'live':
    case 'draining':
      return null;
    case 'degraded': {
      const text = DEGRADED[state.affected[0] ?? ''];
      return text === undefined ? null : { tone: 'warning', text };
    }
    case 'halted':
      return state.code === 'unsupported_protocol'
        ? { tone: 'critical', text: 'This page is out of date', action: 'reload' }
        : { tone: 'critical', text: 'Signed out', action: 'reload' };
    case 'connecting':
    case 'authenticating':
    case 'syncing': {
      if (now - state.downSince < PATIENCE_MS) return null;
      if (state.status === 'syncing') return { tone: 'calm', text: 'Catching up' };
      return { tone: 'calm', text: state.lastLiveAt === null ? 'Connecting' : 'Reconnecting' };
    }
    case 'waiting': {
      if (now - state.downSince < PATIENCE_MS) return null;
      const countdown = Math.max(1, Math.ceil((state.nextAt - now) / 1_000));
      const text = state.lastLiveAt === null ? 'Connecting' : 'Reconnecting';
      return { tone: 'warning', text, countdown, action: 'retry' };
    }
    case 'offline':
      return { tone: 'warning', text: 'You are offline', action: 'retry' };
  }
}
