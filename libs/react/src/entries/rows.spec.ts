import { describe, expect, it } from '@jest/globals';
import type { ConversationEntry } from '@holdfast/client';
import { conversationRows, rowKeeper } from './rows.js';

const ADA = 'ada';
const BO = 'bo';

function message(key: string, senderId: string, at: string, runId: string | null = null): ConversationEntry {
  return {
    kind: 'message',
    key,
    seq: 1,
    senderId,
    at,
    id: key,
    parts: [],
    revision: 0,
    clientMessageId: null,
    runId,
    outcome: null,
    error: null,
  };
}

function heads(entries: readonly ConversationEntry[]): boolean[] {
  return conversationRows(entries, ADA).map(({ startsGroup }) => startsGroup);
}

describe('conversationRows', () => {
  it('names an author once per group of messages that follow each other closely', () => {
    const entries = [
      message('1', ADA, '2030-01-01T10:00:00.000Z'),
      message('2', ADA, '2030-01-01T10:01:00.000Z'),
      message('3', BO, '2030-01-01T10:01:30.000Z'),
      message('4', BO, '2030-01-01T10:20:00.000Z'),
    ];
    expect(heads(entries)).toEqual([true, false, true, true]);
  });

  it('gives each answer its own head, so that nothing moves when it is done', () => {
    const done = [
      message('1', BO, '2030-01-01T10:00:00.000Z', 'run-1'),
      message('2', BO, '2030-01-01T10:00:10.000Z', 'run-2'),
    ];
    expect(heads(done)).toEqual([true, true]);
  });

  it('marks where a day begins', () => {
    const entries = [
      message('1', ADA, '2030-01-01T12:00:00.000Z'),
      message('2', ADA, '2030-01-01T12:00:01.000Z'),
      message('3', ADA, '2030-01-03T12:00:00.000Z'),
    ];
    expect(conversationRows(entries, ADA).map(({ startsDay }) => startsDay)).toEqual([true, false, true]);
  });
});

describe('rowKeeper', () => {
  it('gives what all entries give, and keeps the rows of those that were there', () => {
    const first = message('1', ADA, '2030-01-01T10:00:00.000Z');
    const second = message('2', ADA, '2030-01-01T10:01:00.000Z');
    const edited = { ...second };
    const third = message('3', ADA, '2030-01-01T10:02:00.000Z');
    const keep = rowKeeper();
    const [kept] = keep([first, second], ADA);
    for (const entries of [[first, second, third], [first, edited, third], [second], []]) {
      expect(keep(entries, ADA)).toEqual(conversationRows(entries, ADA));
    }
    const [again] = keep([first, third], ADA);
    expect(keep([first, third, second], ADA)[0]).toBe(again);
    expect(again).toEqual(kept);
    expect(keep([first, third], BO)).toEqual(conversationRows([first, third], BO));
  });
});
