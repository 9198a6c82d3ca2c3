import { describe, expect, it } from '@jest/globals';
import { markdownBlocks } from './markdown-blocks.js';

describe('markdownBlocks', () => {
  it('cuts between paragraphs, never inside of code, lists or quotes', () => {
    const code = '```\none\n\ntwo\n```';
    const list = '- one\n\n  more of one\n\n- two';
    const quote = '> said\n\n> again';
    expect(markdownBlocks(['First.', code, 'Then.', list, 'So.', quote].join('\n\n'))).toEqual([
      'First.',
      code,
      `Then.\n\n${list}`,
      `So.\n\n${quote}`,
    ]);
  });

  it('leaves an unfinished fence whole and a text with definitions uncut', () => {
    expect(markdownBlocks('Look:\n\n~~~\na\n\nb')).toEqual(['Look:', '~~~\na\n\nb']);
    const defined = 'See [it].\n\nMore.\n\n[it]: https://example.org';
    expect(markdownBlocks(defined)).toEqual([defined]);
  });

  it('keeps earlier blocks as they are while the text grows', () => {
    const text = 'One.\n\nTwo.\n\nThree is being writ';
    const grown = markdownBlocks(`${text}ten.`);
    expect(grown.slice(0, 2)).toEqual(markdownBlocks(text).slice(0, 2));
  });
});
