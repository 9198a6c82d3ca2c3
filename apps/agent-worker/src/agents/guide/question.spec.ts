import { describe, expect, it } from '@jest/globals';
import { intentOf, withoutMentions } from './question.js';

describe('intentOf', () => {
  it.each([
    ['hello', 'greeting'],
    ['Hi there!', 'greeting'],
    ['', 'greeting'],
    ['thanks!', 'thanks'],
    ['What can you do?', 'abilities'],
    ['help', 'abilities'],
    ['tell me more', 'more'],
    ['go on', 'more'],
    ['Write a long answer', 'long'],
    ['Please give me a detailed explanation of streaming', 'long'],
    ['What is running right now?', 'status'],
    ['system status', 'status'],
    ['How many gateways are running?', 'status'],
    ['Is everything ok?', 'status'],
    ['How many gateways can I run?', 'status'],
    ['what happens when redis is down?', 'question'],
    ['How do gateways scale?', 'question'],
    ['find out how streaming works', 'question'],
    ['How does search work?', 'question'],
    ['What is Holdfast?', 'question'],
  ])('reads %j as %s', (text, kind) => {
    expect(intentOf(text).kind).toBe(kind);
  });

  it.each([
    ['Search for “deadline”', 'deadline'],
    ['please find messages about the launch in this thread', 'the launch'],
    ['Did anyone mention bananas?', 'bananas'],
    ['who said hello world?', 'hello world'],
    ['What did Ada say about the budget?', 'the budget'],
    ['search this thread for kiwis', 'kiwis'],
  ])('takes the words to search from %j', (text, query) => {
    expect(intentOf(text)).toEqual({ kind: 'search', query });
  });

  it('leaves mentions out', () => {
    expect(withoutMentions('@guide, what is\n running?')).toBe('what is running?');
    expect(withoutMentions('mail me at a@b.c')).toBe('mail me at a@b.c');
  });
});
