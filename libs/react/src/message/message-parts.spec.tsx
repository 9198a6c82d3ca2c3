import { describe, expect, it } from '@jest/globals';
import type { ViewPart } from '@holdfast/client';
import { renderToStaticMarkup } from 'react-dom/server';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { MessageParts } from './message-parts.js';

function html(parts: readonly ViewPart[], isLive = false): string {
  return renderToStaticMarkup(<MessageParts parts={parts} isLive={isLive} />);
}

describe('a message', () => {
  it.each([
    ['raw HTML', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['a script as a link', '[click](javascript:alert(1)) and [data](data:text/html,x)'],
    ['an image', '![secret](https://evil.example/pixel.png?who=me)'],
    ['HTML in a link title', '[x](https://example.org "\\"><script>alert(1)</script>")'],
    ['an autolinked script', '<javascript:alert(1)>'],
  ])('never runs or fetches %s', (_, text) => {
    const out = html([{ type: 'text', text }]);
    expect(out).not.toMatch(/<script|<img|<iframe|href="(?!https?:|mailto:)/i);
  });

  it('opens links apart and without telling where they were', () => {
    expect(html([{ type: 'text', text: 'https://example.org' }])).toContain('rel="noopener noreferrer nofollow"');
  });

  it.each([
    'One line, as most are: “quoted”, 3.5 % of it (or so), 50-50; done!',
    'Where? Here - and there…',
    '1. a list',
    '- a list',
    'see www.example.org',
    'ada@example.org',
    'https://example.org',
    'a *b* `c` <d> e_f_ ~~g~~ | h &amp; \\*',
    '# head',
  ])('shows the same with and without what spares the parser: %s', (text) => {
    const parsed = renderToStaticMarkup(<Markdown remarkPlugins={[remarkGfm]}>{text}</Markdown>);
    const attributes = / (?:target|rel|dir)="[^"]*"/g;
    for (const isLive of [true, false, false]) {
      expect(html([{ type: 'text', text }], isLive).replaceAll(attributes, '')).toBe(
        `<div class="hf-prose">${parsed}</div>`,
      );
    }
  });

  it('shows a tool with its result in one card, and whether it still works', () => {
    const call: ViewPart = { type: 'tool_call', callId: 'c1', tool: 'system.status', args: {} };
    const result: ViewPart = { type: 'tool_result', callId: 'c1', tool: 'system.status', ok: true, result: { up: 3 } };
    expect(html([call], true)).toContain('data-state="running"');
    expect(html([call])).toContain('data-state="no result"');
    const done = html([call, result]);
    expect(done.match(/data-testid="tool-card"/g)).toHaveLength(1);
    expect(done).toContain('data-state="done"');
  });

  it('says that a part of a newer kind cannot be shown', () => {
    expect(html([{ type: 'unknown', kind: 'hologram' }])).toContain('needs a newer version');
  });
});
