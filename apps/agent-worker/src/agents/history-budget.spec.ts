import { describe, expect, it } from '@jest/globals';
import type { HistoryMessage } from './agent.port.js';
import { turnsWithin } from './history-budget.js';

function said(name: string, text: string, role: HistoryMessage['role'] = 'person'): HistoryMessage {
  return { messageId: crypto.randomUUID(), role, name, parts: [{ type: 'text', text }] };
}

describe('turnsWithin', () => {
  it('keeps the newest turns, oldest first', () => {
    const history = [said('Ada', 'a'.repeat(400)), said('Sage', 'b'.repeat(40), 'agent'), said('Ada', 'c'.repeat(40))];
    expect(turnsWithin(history, 40)).toEqual([
      { role: 'assistant', text: 'b'.repeat(40) },
      { role: 'user', text: 'c'.repeat(40) },
    ]);
  });

  it('names the speakers only when there are several', () => {
    expect(turnsWithin([said('Ada', 'hi'), said('Bob', 'ho')], 100).map(({ text }) => text)).toEqual([
      'Ada: hi',
      'Bob: ho',
    ]);
    expect(turnsWithin([said('Ada', 'hi'), said('Sage', 'yes', 'agent'), said('Ada', 'ho')], 100)[2]?.text).toBe('ho');
  });

  it('cuts the beginning of a question that is too long on its own, and no character in two', () => {
    const [turn] = turnsWithin([said('Ada', `${'a'.repeat(100)}😀${'b'.repeat(23)}`)], 10);
    expect(turn?.text).toBe('b'.repeat(23));
  });

  it('ends in the question, though an answer to an earlier one came after it', () => {
    const history = [said('Ada', 'one?'), said('Ada', 'two?'), said('Sage', 'One.', 'agent')];
    expect(turnsWithin(history, 100).map(({ text }) => text)).toEqual(['one?', 'One.', 'two?']);
  });

  it('leaves out messages without text', () => {
    const card: HistoryMessage = { ...said('Sage', '', 'agent'), parts: [] };
    expect(turnsWithin([card, said('Ada', 'hi')], 100)).toHaveLength(1);
  });
});
