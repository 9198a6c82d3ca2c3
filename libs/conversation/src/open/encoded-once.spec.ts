import { describe, expect, it } from '@jest/globals';
import { encodedOnce, encodeWithPieces } from './encoded-once.js';

describe('encodedOnce', () => {
  const items = encodedOnce([{ seq: 1 }, { seq: 2 }], '[{"seq": 1}, {"seq": 2}]');

  it('puts the given encoding in place, wherever it stands and however often', () => {
    const other = encodedOnce(['x'], '["x" ]');
    const value = [{ ok: true, threads: [{ events: items }, { events: other }, { events: items }, { events: [3] }] }];
    expect(encodeWithPieces(value)).toBe(
      '[{"ok":true,"threads":[{"events":[{"seq": 1}, {"seq": 2}]},{"events":["x" ]},{"events":[{"seq": 1}, {"seq": 2}]},{"events":[3]}]}]',
    );
  });

  it('shows nothing of it to anybody else', () => {
    expect(items).toEqual([{ seq: 1 }, { seq: 2 }]);
    expect(JSON.stringify({ items })).toBe('{"items":[{"seq":1},{"seq":2}]}');
    expect([...items, { seq: 3 }]).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  });

  it('encodes as JSON.stringify where nothing was encoded before, also after a failure', () => {
    const cyclic: unknown[] = [items];
    cyclic.push(cyclic);
    expect(() => encodeWithPieces(cyclic)).toThrow();
    expect(encodeWithPieces({ text: '"events":["x"]', list: [1, null] })).toBe(
      JSON.stringify({ text: '"events":["x"]', list: [1, null] }),
    );
    expect(JSON.stringify(items)).toBe('[{"seq":1},{"seq":2}]');
  });
});
