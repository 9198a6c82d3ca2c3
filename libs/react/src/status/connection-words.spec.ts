import { describe, expect, it } from '@jest/globals';
import { connectionWords } from './connection-words.js';

const NOW = 1_000_000;
const down = { downSince: NOW - 500, lastLiveAt: NOW - 500, attempt: 1 };

describe('connectionWords', () => {
  it('says nothing for the first second, then tells the truth', () => {
    const waiting = { status: 'waiting' as const, reason: 'lost', nextAt: NOW + 3_400, ...down };
    expect(connectionWords(waiting, NOW)).toBeNull();
    expect(connectionWords(waiting, NOW + 600)).toEqual({
      tone: 'warning',
      text: 'Reconnecting',
      next: { word: 'in', seconds: 3 },
      lastLiveAt: NOW - 500,
      action: 'retry',
    });
  });

  it('counts down to the very next try and never shows zero', () => {
    const waiting = { status: 'waiting' as const, reason: 'lost', nextAt: NOW + 5_000, ...down };
    const shown = [1_000, 2_000, 4_500, 5_000].map((later) => connectionWords(waiting, NOW + later)?.next?.seconds);
    expect(shown).toEqual([4, 3, 1, 1]);
  });

  it('keeps quiet while a draining server still serves', () => {
    const draining = {
      status: 'draining' as const,
      since: 0,
      instanceId: 'g',
      moveAt: 0,
      deadlineAt: 0,
      reason: 'deploy',
    };
    expect(connectionWords(draining, NOW)).toBeNull();
  });

  it('is calm about a restart that was announced', () => {
    const waiting = { status: 'waiting' as const, reason: 'draining', nextAt: NOW + 7_000, ...down, downSince: 0 };
    expect(connectionWords(waiting, NOW)).toEqual({
      tone: 'calm',
      text: 'The server restarts; answers pause',
      next: { word: 'back in', seconds: 7 },
    });
  });

  it('says "connecting" to someone who was never connected', () => {
    const first = { status: 'connecting' as const, downSince: NOW - 2_000, lastLiveAt: null, attempt: 1 };
    expect(connectionWords(first, NOW)?.text).toBe('Connecting');
  });
});
