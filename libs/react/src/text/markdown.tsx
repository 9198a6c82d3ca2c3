import { memo, type ReactElement, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { isDense } from './dense.js';
import { fencedCode, type FencedCode } from './fenced-code.js';
import { markdownBlocks } from './markdown-blocks.js';
import { readLength } from './read-length.js';

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
  ul: ({ children, className }) => (
    <ul dir="auto" className={className}>
      {children}
    </ul>
  ),
  ol: ({ children, className, start }) => (
    <ol dir="auto" className={className} start={start}>
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote dir="auto">{children}</blockquote>,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

/** One line without a character that formats, quotes or links: the parser would say the same, later. */
const PLAIN = /^(?=[^\s\d+\-=])(?!.*www\.)[^\n\r\\`*_[\]<>#|~&@/]+$/i;
/** Blocks kept as parsed, and how long each may be, UTF-16 units. */
const MAX_KEPT = 300;
const MAX_KEPT_UNITS = 4_000;

/** So that an answer that ends, or a row that comes back into view, is not parsed again; the least used go first. */
const kept = new Map<string, ReactElement>();

function keep(text: string, block: ReactElement): void {
  kept.delete(text);
  const [oldest] = kept.keys();
  if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  if (text.length <= MAX_KEPT_UNITS) kept.set(text, block);
}

interface BlockProps {
  readonly text: string;
  /** More of it is to come. */
  readonly grows: boolean;
}

/** A block, read as a whole once it is; while a long one grows, what is new at its end is read on its own. */
const Block = memo(function Block({ text, grows }: BlockProps) {
  const code = fencedCode(text);
  if (code !== null) return <Code {...code} />;
  if (!grows) return <Whole text={text} grows={false} />;
  const read = readLength(text);
  return (
    <>
      <Whole text={text.slice(0, read)} grows />
      {read < text.length && <Whole text={text.slice(read)} grows />}
    </>
  );
});

const Whole = memo(function Whole({ text, grows }: BlockProps) {
  if (PLAIN.test(text)) return <p>{text.trimEnd()}</p>;
  if (isDense(text)) return <p className="hf-prose__plain">{text.trimEnd()}</p>;
  // Called, not drawn: it is a function of its properties without hooks, and its outcome is what is kept.
  const block = kept.get(text) ?? Markdown({ remarkPlugins: PLUGINS, components: COMPONENTS, children: text });
  if (!grows) keep(text, block);
  return block;
});

/** As the parser would draw it. */
function Code({ language, parts }: FencedCode) {
  return (
    <pre tabIndex={0}>
      <code className={language === '' ? undefined : `language-${language}`}>
        {parts.length > 1 ? parts.map((part, index) => <CodePart key={index} text={part} />) : parts}
      </code>
    </pre>
  );
}

const CodePart = memo(function CodePart({ text }: { readonly text: string }) {
  return <span className="hf-prose__lines">{text}</span>;
});

interface ProseProps {
  readonly text: string;
  readonly isLive?: boolean;
}

/** Formatted text. A block that did not change is not parsed again, so that a long answer costs its last block only. */
export const Prose = memo(function Prose({ text, isLive = false }: ProseProps) {
  const blocks = markdownBlocks(text);
  return (
    <div className="hf-prose">
      {blocks.map((block, index) => (
        <Block key={index} text={block} grows={isLive && index === blocks.length - 1} />
      ))}
    </div>
  );
});
