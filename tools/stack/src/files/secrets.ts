import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../stack.errors.js';

/** What must stay the same from one start to the next. */
export interface Secrets {
  readonly authSecret: string;
  readonly postgresPassword: string;
  readonly redisPassword: string;
}

const NAMES = ['authSecret', 'postgresPassword', 'redisPassword'] as const;

/** Reads the secrets of a data folder, or makes them; only the owner can read the file. */
export function keepSecrets(data: string): Secrets {
  const path = join(data, 'secrets.json');
  if (!existsSync(path)) {
    const made = Object.fromEntries(NAMES.map((name) => [name, randomBytes(32).toString('base64url')]));
    const draft = `${path}.${String(process.pid)}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  }
  const kept = parse(path);
  const missing = NAMES.filter((name) => typeof kept[name] !== 'string');
  if (missing.length === 0) return kept as unknown as Secrets;
  throw new StackError(`${path} lacks ${missing.join(', ')}: restore it, or move ${data} away for a fresh start.`);
}

function parse(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
