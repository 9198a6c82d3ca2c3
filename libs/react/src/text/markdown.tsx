import { memo, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { markdownBlocks } from './markdown-blocks.js';

/** A link whose address was refused, such as a script, is plain text. */
function OutsideLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (href === undefined || href === '') return children;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

const PLUGINS = [remarkGfm];

/**
 * Written text comes from anyone: raw HTML stays text, links open apart and tell nothing about this page, and images are
 * shown as links, so that reading a message fetches nothing from elsewhere.
 */
const COMPONENTS: Components = {
  a: ({ href, children }) => <OutsideLink href={href}>{children}</OutsideLink>,
  img: ({ src, alt }) => (
    <OutsideLink href={typeof src === 'string' ? src : ''}>
      {alt === undefined || alt === '' ? 'Image' : alt}
    </OutsideLink>
  ),
  table: ({ children }) => (
    <div className="hf-prose__table" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <Markdown remarkPlugins={PLUGINS} components={COMPONENTS}>
      {text}
    </Markdown>
  );
});

/** Formatted text. A block that did not change is not parsed again, so that a long answer costs its last block only. */
export const Prose = memo(function Prose({ text }: { text: string }) {
  return (
    <div className="hf-prose">
      {markdownBlocks(text).map((block, index) => (
        <Block key={index} text={block} />
      ))}
    </div>
  );
});
