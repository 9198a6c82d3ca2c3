import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startOf } from '@holdfast/testing';
import { StackError } from '../stack.errors.js';

/** A process as the file remembers it; `start` tells it from a later one with the same id. */
interface Remembered {
  readonly name: string;
  readonly pid: number;
  readonly start: string;
}

/** Content of launcher.json. */
interface Content extends Remembered {
  readonly url: string;
  readonly processes: readonly Remembered[];
  /** For tools on the same machine, such as the command line; present once the stack is ready. */
  readonly environment?: Readonly<Record<string, string>>;
}

const APPS_END_MS = 6_000;

/**
 * `launcher.json` of a data folder: the lock that lets one launcher run, and the list of its processes, by which the
 * next launcher finds what a killed one left behind.
 */
export class LauncherFile {
  private readonly path: string;
  private content: Content;

  constructor(data: string, url: string) {
    this.path = join(data, 'launcher.json');
    this.content = { ...remember('launcher', process.pid), url, processes: [] };
  }

  /** Takes the lock; processes of a launcher that died are stopped first. */
  async acquire(): Promise<void> {
    const draft = `${this.path}.${String(process.pid)}`;
    for (;;) {
      writeFileSync(draft, this.text(), { mode: 0o600 });
      try {
        linkSync(draft, this.path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        rmSync(draft, { force: true });
      }
      await this.takeOver();
    }
  }

  /** Writes down which processes run now. */
  update(processes: ReadonlyMap<string, number>): void {
    this.content = { ...this.content, processes: [...processes].map(([name, pid]) => remember(name, pid)) };
    this.write();
  }

  /** Publishes the variables by which tools reach this stack. */
  publish(environment: Readonly<Record<string, string>>): void {
    this.content = { ...this.content, environment };
    this.write();
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  private async takeOver(): Promise<void> {
    const found = parse(this.path);
    if (found !== undefined && runs(found)) {
      throw new StackError(
        `Holdfast already runs on this data (process ${String(found.pid)}, ${found.url}): stop it, or start with another folder: npm start -- --data <folder> --port <port>.`,
      );
    }
    for (const orphan of found?.processes ?? []) await end(orphan);
    // Renaming and not removing: of two launchers that find the same stale file, one gets it.
    const stale = `${this.path}.stale.${String(process.pid)}`;
    try {
      renameSync(this.path, stale);
    } catch {
      return;
    }
    rmSync(stale, { force: true });
  }

  private write(): void {
    const draft = `${this.path}.${String(process.pid)}`;
    writeFileSync(draft, this.text(), { mode: 0o600 });
    renameSync(draft, this.path);
  }

  private text(): string {
    return `${JSON.stringify(this.content, null, 2)}\n`;
  }
}

function remember(name: string, pid: number): Remembered {
  return { name, pid, start: startOf(pid) };
}

function runs(known: Remembered): boolean {
  return known.start !== '' && isAlive(known.pid) && startOf(known.pid) === known.start;
}

async function end(orphan: Remembered): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!runs(orphan)) return;
    process.kill(orphan.pid, signal);
    const deadline = performance.now() + APPS_END_MS;
    while (runs(orphan) && performance.now() < deadline) await delay(50);
  }
}

function parse(path: string): Content | undefined {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as Partial<Content>;
    return typeof content.pid === 'number' ? (content as Content) : undefined;
  } catch {
    // Unreadable or gone in between: nobody holds it.
    return undefined;
  }
}
