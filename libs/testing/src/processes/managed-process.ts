import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guardProcess, releaseProcess } from './guard.js';

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ManagedProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
  /** Servers outlive apps when this process dies; default app. */
  readonly kind?: 'app' | 'server';
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 2_000;

/**
 * A child in a process group of its own (so that a terminal's Ctrl-C reaches only this process), whose output is
 * captured by line and which ends when this process ends, however that happens.
 */
export class ManagedProcess {
  readonly name: string;
  /** Resolves once the process and its output are closed; never rejects. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private ended: Exit | undefined;

  constructor(options: ManagedProcessOptions) {
    this.name = options.name;
    const { uid, gid, cwd } = options;
    this.child = spawn(options.command, [...options.args], {
      detached: true,
      env: options.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdin?.end(options.input);
    this.exited = this.watch();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        this.keep(line);
        options.onLine?.(line);
      });
    }
    if (this.child.pid !== undefined) guardProcess(this.child.pid, options.kind ?? 'app');
  }

  /** Process id, also the id of its group; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** How it ended, or undefined while it runs. */
  get exit(): Exit | undefined {
    return this.ended;
  }

  /** The last lines of its output, both streams mixed. */
  output(): string {
    return this.lines.join('\n');
  }

  /** Sends a signal to the process alone; false if it is gone. */
  signal(signal: NodeJS.Signals): boolean {
    return this.ended === undefined && this.child.kill(signal);
  }

  /** Sends `signal`, and after `timeoutMs` SIGKILL to the whole group; resolves when it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 10_000): Promise<Exit> {
    if (this.ended !== undefined) return this.ended;
    this.signal(signal);
    const timer = setTimeout(() => {
      this.killGroup();
    }, timeoutMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL for the process and everything it started in its group. */
  killGroup(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
  }

  private keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.splice(0, KEPT_LINES / 2);
  }

  private watch(): Promise<Exit> {
    return new Promise((resolve) => {
      const end = (exit: Exit) => {
        if (this.ended !== undefined) return;
        this.ended = exit;
        if (this.child.pid !== undefined) releaseProcess(this.child.pid);
        resolve(exit);
      };
      this.child.once('error', (error) => {
        this.keep(error.message);
        if (this.child.pid === undefined) end({ code: 127, signal: null });
      });
      // 'exit' and not 'close': a grandchild that holds the pipes must not hide the end of the child.
      this.child.once('exit', (code, signal) => {
        setImmediate(() => {
          end({ code, signal });
        });
      });
    });
  }
}
