import { describe, expect, it } from '@jest/globals';
import { seeded } from '@holdfast/testing';
import Markdown from 'react-markdown';
import { renderToStaticMarkup } from 'react-dom/server';
import remarkGfm from 'remark-gfm';
import { isDense } from './dense.js';
import { Prose } from './markdown.js';
import { readLength } from './read-length.js';

const TEXTS = 100;

const LINES = [
  'Plain words, and more of them.',
  'Some *emphasis*, **more** and `code`.',
  '# A heading',
  '- one item',
  '  more of it',
  '3. a third',
  '> said by others',
  '| a | b |',
  '|---|---|',
  '    indented',
  'a ```span``` of code',
  '``` not ` a fence',
  '',
  '',
];
const CODE = ['const a = 1;', '', '  <b>&amp;</b>', '```js', '~~~', '``', '[a]: b', '\ttab'];
const FENCES = ['```', '````', '~~~', '```ts', '```c++  ', '~~~~ js extra', '  ```', '```a&amp;b'];

type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** Lines of all kinds, with fenced code between that may never end. */
function write(random: Random): string {
  const lines: string[] = [];
  const amount = 1 + Math.floor(random() * 14);
  for (let n = 0; n < amount; n += 1) {
    if (random() > 0.25) {
      lines.push(pick(random, LINES));
      continue;
    }
    const fence = pick(random, FENCES);
    lines.push(...(random() > 0.5 ? [''] : []), fence);
    for (let line = Math.floor(random() * 5); line > 0; line -= 1) lines.push(pick(random, CODE));
    if (random() > 0.3) lines.push(/^ *(`+|~+)/.exec(fence)?.[0] ?? '', ...(random() > 0.5 ? [''] : []));
  }
  return lines.join('\n') + (random() > 0.5 ? '\n' : '');
}

/** Of the same elements and texts, whatever stands between blocks. */
function normal(html: string): string {
  return html
    .replace(/ (?:tabindex="0"|dir="auto"|target="_blank"|rel="[^"]*")/g, '')
    .replace(/<span class="hf-prose__lines">([^<]*)<\/span>/g, '$1')
    .replace(/<div class="hf-prose__table" role="group" aria-label="Table">(.*?)<\/div>/gs, '$1')
    .replace(/^<div class="hf-prose">(.*)<\/div>$/s, '$1')
    .replace(/>\n+</g, '><')
    .trim();
}

const shown = (text: string, isLive = false): string =>
  normal(renderToStaticMarkup(<Prose text={text} isLive={isLive} />));
const parsed = (text: string): string =>
  normal(renderToStaticMarkup(<Markdown remarkPlugins={[remarkGfm]}>{text}</Markdown>));

describe('Prose', () => {
  it('shows at each moment what the parser makes of the whole text', () => {
    const random = seeded(20_261_126);
    for (let n = 0; n < TEXTS; n += 1) {
      const text = write(random);
      const cut = Math.floor(random() * text.length);
      for (const part of [text, text.slice(0, cut)]) {
        expect({ part, html: shown(part, true) }).toEqual({ part, html: parsed(part) });
      }
    }
  });

  it('shows a long block that grows without gap or repetition, and at the end as the parser does', () => {
    const item = '- an item with *some* words\n  and a second line\n';
    const table = `| a | b |\n|---|---|\n${'| some | cells |\n'.repeat(400)}`;
    const words = (html: string): string => html.replace(/<[^>]*>|[^\p{L}\p{N}]/gu, '');
    for (const text of [item.repeat(200), 'Many *words* in one paragraph. '.repeat(300), table, 'x'.repeat(9_000)]) {
      for (let length = 100; length < text.length; length += 2_503) {
        expect(words(shown(text.slice(0, length), true))).toBe(words(text.slice(0, length)));
      }
      expect(shown(text)).toBe(parsed(text));
    }
  });

  it('shows long code as the parser does, whole and while it grows', () => {
    const code = `\`\`\`ts\n${'const a = "<b>"; // some code\n\n'.repeat(1_000)}`;
    for (const text of [code, `${code}\`\`\``, code.slice(0, 20_001)]) {
      expect(shown(text, true)).toBe(parsed(text));
    }
  });
});

describe('a hostile text', () => {
  const fill = (mark: string): string => mark.repeat(Math.floor(30_000 / mark.length));

  it.each(['*a_ ', '~a', '[^a] ', '[a]: ', '- *a_ ', '_a*\n', '>', '- ', '> 1. '])('is shown as it is: %j', (mark) => {
    const [, words] =
      /^<div class="hf-prose"><p class="hf-prose__plain">(.*)<\/p><\/div>$/s.exec(
        renderToStaticMarkup(<Prose text={fill(mark)} />),
      ) ?? [];
    expect(words?.replaceAll('&gt;', '>').startsWith(mark.repeat(1_000))).toBe(true);
  });

  it('is a table whose lines are filled up to many thousand cells', () => {
    const columns = (cell: string): string => cell.repeat(1_000);
    expect(isDense(`${columns('a|')}\n${columns('-|')}\n${'|\n'.repeat(5_000)}`)).toBe(true);
    expect(isDense(`| a | b |\n|---|---|\n${'| some | cells |\n'.repeat(1_800)}`)).toBe(false);
  });

  it('is one with many marks in one paragraph, not a long text with some in each', () => {
    const item = '- **Bold** and [a link](https://example.org), *once more*\n';
    const paragraph = 'Some **bold** words and a [link](https://example.org).\n\n';
    for (const text of [item.repeat(400), paragraph.repeat(400)]) expect(isDense(text)).toBe(false);
  });
});

describe('readLength', () => {
  it('is the same for all but few lengths of a text that grows', () => {
    const text = 'Many words in one paragraph. '.repeat(8_000);
    const lengths = new Set<number>();
    for (let length = 3_001; length < text.length; length += 50) {
      const read = readLength(text.slice(0, length));
      expect(length - read).toBeLessThan(length / 5);
      lengths.add(read);
    }
    expect(lengths.size).toBeLessThan(100);
  });
});
