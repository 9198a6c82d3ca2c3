import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SLOS } from '@holdfast/slo';
import fc from 'fast-check';
import { inOrder } from './in-order.js';

const [EXAMPLE] = DEFAULT_SLOS;

const definitions = (dependsOn: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(dependsOn).map(([id, ids]) => ({ ...EXAMPLE, id, dependsOn: ids, since: 0 }));

const idsOf = (dependsOn: Readonly<Record<string, readonly string[]>>) =>
  inOrder(definitions(dependsOn)).map(({ id }) => id);

describe('inOrder', () => {
  it('puts what explains before what it explains', () => {
    expect(idsOf({ a: ['c'], b: ['a'], c: [], d: ['no-such-slo'] })).toEqual(['c', 'a', 'b', 'd']);
  });

  it('takes each of a circle once', () => {
    expect(idsOf({ a: ['b'], b: ['a'] }).sort()).toEqual(['a', 'b']);
  });

  it('keeps every definition, and every order that has no circle', () => {
    const names = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(names, fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }), (count, pairs) => {
        // Only on lower numbers, so that there is no circle.
        const of = (n: number) => pairs.filter(([later, earlier]) => later === n && earlier < n);
        const graph = Object.fromEntries(
          Array.from({ length: count }, (_, n) => [`s${String(n)}`, of(n).map(([, earlier]) => `s${String(earlier)}`)]),
        );
        const shuffled = Object.fromEntries(Object.entries(graph).reverse());
        const ids = idsOf(shuffled);
        expect([...ids].sort()).toEqual(Object.keys(graph).sort());
        for (const [id, explaining] of Object.entries(graph)) {
          for (const other of explaining) expect(ids.indexOf(other)).toBeLessThan(ids.indexOf(id));
        }
      }),
    );
  });
});
