import { describe, expect, it } from '@jest/globals';
import type { ViewPart } from '@holdfast/client';
import { renderToStaticMarkup } from 'react-dom/server';
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
