import { describe, expect, it } from '@jest/globals';
import { joinParts, partsFrom, partsLength, type Part } from '@holdfast/contracts';
import fc from 'fast-check';
import { Continuation } from './continuation.js';

const call: Part = { type: 'tool_call', callId: 'c', tool: 't', args: { a: 1, b: [2] } };
const result: Part = { type: 'tool_result', callId: 'c', tool: 't', ok: true, result: { x: 1 } };

function upTo(parts: readonly Part[], off: number): Part[] {
  const head: Part[] = [];
  for (const part of parts) {
    const room = off - partsLength(head);
    if (room <= 0) break;
    head.push(part.type === 'text' ? { type: 'text', text: part.text.slice(0, room) } : part);
  }
  return head;
}

function goOn(prefix: readonly Part[], answer: readonly Part[]): Part[] {
  const continuation = new Continuation(prefix);
  return joinParts(
    [],
    answer.flatMap((part) => continuation.next(part)),
  );
}

describe('Continuation', () => {
  it('makes the whole answer again, wherever the first attempt stopped', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(), fc.boolean(), (text, cut, cards) => {
        const answer: Part[] = [...(cards ? [call, result] : []), { type: 'text', text }];
        const off = cut % (partsLength(answer) + 1);
        const prefix = upTo(answer, off);
        expect(joinParts(prefix, goOn(prefix, answer))).toEqual(answer);
        expect(goOn(prefix, answer)).toEqual(partsFrom(answer, off).filter((part) => partsLength([part]) > 0));
      }),
    );
  });

  it('knows a card again whose keys come in another order', () => {
    const stored: Part = { type: 'tool_call', tool: 't', callId: 'c', args: { b: [2], a: 1 } };
    expect(goOn([stored], [call, result])).toEqual([result]);
  });

  it('lets another answer follow what people have seen', () => {
    const seen: Part[] = [call, { ...result, result: { x: 2 } }, { type: 'text', text: 'Two' }];
    const fresh: Part[] = [call, result, { type: 'text', text: 'One.' }];
    expect(goOn(seen, fresh)).toEqual([{ type: 'text', text: '\n\n' }, result, { type: 'text', text: 'One.' }]);
  });
});
