import { describe, expect, it } from '@jest/globals';
import { joinParts, partsFrom, partsLength, SendBody, type Part } from '../index.js';

const card: Part = { type: 'tool_call', callId: 'c1', tool: 'clock', args: {} };

describe('parts', () => {
  it('counts UTF-16 units of text and one for every other part', () => {
    expect(partsLength([{ type: 'text', text: 'a😀' }, card])).toBe(4);
  });

  it('joins adjacent text only', () => {
    const joined = joinParts([{ type: 'text', text: 'a' }], [{ type: 'text', text: 'b' }, card]);
    expect(joined).toEqual([{ type: 'text', text: 'ab' }, card]);
  });

  it('cuts at any offset so that head and tail make the whole', () => {
    const parts: Part[] = [{ type: 'text', text: 'abc' }, card, { type: 'text', text: 'de' }];
    expect(partsFrom(parts, 2)).toEqual([{ type: 'text', text: 'c' }, card, { type: 'text', text: 'de' }]);
    expect(partsFrom(parts, 4)).toEqual([{ type: 'text', text: 'de' }]);
    expect(partsFrom(parts, 6)).toEqual([]);
  });
});

describe('SendBody', () => {
  it.each([
    ['no parts', []],
    ['blank text', [{ type: 'text', text: ' \n' }]],
    ['NUL', [{ type: 'text', text: 'a\u0000b' }]],
    ['a lone surrogate', [{ type: 'text', text: 'a\ud800b' }]],
    ['a tool card', [card]],
  ])('refuses %s', (_, parts) => {
    expect(SendBody.safeParse({ parts }).success).toBe(false);
  });

  it('accepts an emoji', () => {
    expect(SendBody.safeParse({ parts: [{ type: 'text', text: '😀' }] }).success).toBe(true);
  });
});
