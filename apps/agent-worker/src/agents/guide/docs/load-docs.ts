import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Section } from './section.js';
import { splitMarkdown } from './split-markdown.js';

const MAX_FILES = 100;
const MAX_BYTES = 262_144;

/** The nearest folder at or above `start` that holds this project's documentation. */
function projectRoot(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'ARCHITECTURE.md')) && existsSync(join(folder, 'README.md'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function markdownIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Sections of README.md, ARCHITECTURE.md and docs/ of the project that contains `start`; none where a deployment ships
 * without them. Reads synchronously: it runs once, at boot.
 */
export function loadDocs(start: string): Section[] {
  const root = projectRoot(start);
  if (root === undefined) return [];
  const files = [join(root, 'README.md'), join(root, 'ARCHITECTURE.md'), ...markdownIn(join(root, 'docs'))];
  return files
    .filter((file) => statSync(file).size <= MAX_BYTES)
    .slice(0, MAX_FILES)
    .flatMap((file) => splitMarkdown(relative(root, file), readFileSync(file, 'utf8')));
}
