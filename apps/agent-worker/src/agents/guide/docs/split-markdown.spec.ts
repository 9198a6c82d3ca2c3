import { describe, expect, it } from '@jest/globals';
import { splitMarkdown } from './split-markdown.js';

describe('splitMarkdown', () => {
  it('splits at headings, and not inside of code', () => {
    const markdown = 'Intro\n\n# One\n\nFirst.\n\n```sh\n# a comment\n```\n\n## Two ##\nSecond.\n### Empty\n';
    expect(splitMarkdown('a.md', markdown)).toEqual([
      { source: 'a.md', title: 'a.md', text: 'Intro' },
      { source: 'a.md', title: 'One', text: 'First.\n\n```sh\n# a comment\n```' },
      { source: 'a.md', title: 'Two', text: 'Second.' },
    ]);
  });

  it('leaves out what cannot be quoted elsewhere', () => {
    const markdown = '# A\n![shot](a.png)\nSee [rules](docs/a.md) and [site](https://x.y).\n```mermaid\ngraph\n```\n';
    expect(splitMarkdown('a.md', markdown)[0]?.text).toBe('See rules and [site](https://x.y).');
  });
});
