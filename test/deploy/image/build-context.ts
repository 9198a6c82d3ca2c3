import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Rule {
  readonly pattern: RegExp;
  readonly isException: boolean;
}

function toPattern(text: string): RegExp {
  const source = text
    .split('/')
    .map((part) => (part === '**' ? '(?:.+/)?' : `${part.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}/`))
    .join('')
    .replace(/\/$/, '');
  // A rule for a folder holds for all that is in it.
  return new RegExp(`^${source}(?:/.*)?$`);
}

/** The decision of a .dockerignore about paths of files: the last rule that matches wins. */
export function ignoreRules(source: string): (path: string) => boolean {
  const rules: Rule[] = source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ pattern: toPattern(line.replace(/^!/, '')), isException: line.startsWith('!') }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isException === false;
}

const NEVER = new Set(['.git', 'node_modules', '.holdfast', 'dist', 'coverage']);

function filesUnder(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NEVER.has(entry.name) ? [] : filesUnder(root, path);
    return [path];
  });
}

/** Paths of the files that `docker build` sends for a repository; large folders that are ignored anyway are not read. */
export function contextFiles(root: string): readonly string[] {
  const isIgnored = ignoreRules(readFileSync(join(root, '.dockerignore'), 'utf8'));
  return filesUnder(root).filter((path) => !isIgnored(path));
}

/** Copies what `docker build` would send into `folder`. */
export function copyContext(root: string, folder: string): void {
  for (const path of contextFiles(root)) cpSync(join(root, path), join(folder, path), { preserveTimestamps: true });
}
