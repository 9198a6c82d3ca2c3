import type { Section } from './section.js';

const HEADING = /^(#{1,4})\s+(.*?)\s*#*$/;
const FENCE = /^\s*(```|~~~)/;

const DIAGRAM = /^```mermaid\n[\s\S]*?^```$/gm;
const IMAGE = /!\[[^\]]*\]\([^)]*\)/g;
const LOCAL_LINK = /\[([^\]]+)\]\((?!https?:)[^)]*\)/g;

/** Without what makes no sense outside of its file: diagrams, images, links to neighbours. */
function quotable(markdown: string): string {
  return markdown.replace(DIAGRAM, '').replace(IMAGE, '').replace(LOCAL_LINK, '$1');
}

/** Splits a Markdown file at its headings; text before the first heading belongs to `source` itself. */
export function splitMarkdown(source: string, markdown: string): Section[] {
  const sections: Section[] = [];
  let title = source;
  let lines: string[] = [];
  let fenced = false;
  const close = (): void => {
    const text = lines.join('\n').trim();
    if (text !== '') sections.push({ source, title, text });
    lines = [];
  };
  for (const line of quotable(markdown.replace(/\r\n/g, '\n')).split('\n')) {
    if (FENCE.test(line)) fenced = !fenced;
    const heading = fenced ? null : HEADING.exec(line);
    if (heading === null) {
      lines.push(line);
    } else {
      close();
      title = heading[2] ?? source;
    }
  }
  close();
  return sections;
}
