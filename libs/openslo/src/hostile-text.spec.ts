import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SLOS } from '@holdfast/slo';
import { formatOpenSlo } from './format-open-slo.js';
import { MAX_OPENSLO_BYTES, parseOpenSlo } from './parse-open-slo.js';
import type { OpenSloRule } from './problem.js';
import { findExcess } from './yaml/find-excess.js';
import { TimeSlice } from './yaml/time-slice.js';

const [EXAMPLE] = DEFAULT_SLOS;

const told = async (text: string) => (await parseOpenSlo(text)).problems;

describe('a text that is large or hostile', () => {
  it('takes 256 KiB and no more', async () => {
    const filled = (bytes: number) =>
      '---\n'
        .padEnd(1_000, '#')
        .concat('\n')
        .repeat(500)
        .slice(0, bytes - 2) + 'é';
    expect(await told(filled(MAX_OPENSLO_BYTES))).toEqual([]);
    expect(await told(filled(MAX_OPENSLO_BYTES + 1))).toMatchObject([{ line: 1, column: 1, rule: 'too_large' }]);
  });

  it.each<[string, string, OpenSloRule]>([
    ['a list', '- a\n', 'too_complex'],
    ['comments', '#\n', 'too_complex'],
    ['keys', 'a: 1\n', 'too_complex'],
    ['a long text', 'lorem ipsum ', 'too_complex'],
    ['documents', '---\na: 1\n', 'too_complex'],
    ['brackets', '[', 'too_deep'],
    ['aliases', '- *a\n', 'too_complex'],
    ['errors', '- @x\n', 'too_complex'],
  ])('composes no text of nothing but %s', async (_name, piece, rule) => {
    const text = piece.repeat(Math.floor(MAX_OPENSLO_BYTES / piece.length));
    expect((await told(text)).map((problem) => problem.rule)).toEqual([rule]);
  });

  it('lets others have the event loop while it looks for what is too much, however short the documents are', async () => {
    const text = await formatOpenSlo(Array.from({ length: 150 }, (_, n) => ({ ...EXAMPLE, id: `slo-${String(n)}` })));
    let pauses = 0;
    const counting = Object.assign(new TimeSlice(), { pause: () => Promise.resolve(void (pauses += 1)) });
    expect(await findExcess(text, counting)).toBeUndefined();
    // A pause is possible at least once a document.
    expect(pauses).toBeGreaterThan(150);
  });

  it('lets others have the event loop while it reads many documents', async () => {
    const text = await formatOpenSlo(Array.from({ length: 150 }, (_, n) => ({ ...EXAMPLE, id: `slo-${String(n)}` })));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const { definitions } = await parseOpenSlo(text);
    clearInterval(timer);
    expect(definitions).toHaveLength(150);
    expect(turns).toBeGreaterThan(2);
  });

  it('tells a hundred problems and no more', async () => {
    const text = '---\napiVersion: openslo/v1\nkind: SLO\nmetadata: { name: a }\nspec: {}\n'.repeat(200);
    expect(await told(text)).toHaveLength(100);
  });
});
