import type { ConnectionState } from '@holdfast/client';

/** What to say about the connection; null = nothing worth a word. */
export interface ConnectionWords {
  readonly tone: 'calm' | 'warning' | 'critical';
  readonly text: string;
  /** The next try, told beside the text: "in 4 s". */
  readonly next?: { readonly word: 'in' | 'back in'; readonly seconds: number };
  /** When the server was last heard, ms since the Unix epoch. */
  readonly lastLiveAt?: number;
  readonly action?: 'retry' | 'reload';
}

/** Short losses are not worth a word, ms. */
const PATIENCE_MS = 1_000;

const DEGRADED: Readonly<Record<string, string>> = {
  database: 'Messages cannot be stored now; they wait',
  redis: 'Updates may be late; nothing is lost',
  agents: 'Agents cannot answer now; messages arrive',
};

type Waiting = Extract<ConnectionState, { status: 'waiting' | 'offline' }>;

function reconnecting({ lastLiveAt, nextAt }: Waiting, now: number): ConnectionWords {
  return {
    tone: 'warning',
    text: lastLiveAt === null ? 'Connecting' : 'Reconnecting',
    next: { word: 'in', seconds: Math.max(1, Math.ceil((nextAt - now) / 1_000)) },
    ...(lastLiveAt === null ? {} : { lastLiveAt }),
    action: 'retry',
  };
}

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
      const words = reconnecting(state, now);
      if (state.reason !== 'draining') return words;
      // The server said when it is worth a try: nothing is wrong.
      const seconds = words.next?.seconds ?? 1;
      return { tone: 'calm', text: 'The server restarts; answers pause', next: { word: 'back in', seconds } };
    }
    case 'offline': {
      const { lastLiveAt } = state;
      const known = lastLiveAt === null ? {} : { lastLiveAt };
      return { tone: 'warning', text: 'You are offline', ...known, action: 'retry' };
    }
  }
}
