import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where `npm start` writes down how to reach what it started. */
const LAUNCHER_FILE = join('.holdfast', 'launcher.json');

/** The variables of the stack that `npm start` runs in `folder`; none while it does not run. */
export function localStack(folder: string = process.cwd()): Readonly<Record<string, string>> {
  try {
    const content = JSON.parse(readFileSync(join(folder, LAUNCHER_FILE), 'utf8')) as { environment?: unknown };
    const entries = Object.entries(content.environment ?? {});
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}
