import { CANARY_PATTERN } from '../plan/cast.js';
import type { Recorder } from './recorder.js';

const UNHANDLED = /uncaughtException|unhandledRejection|UnhandledPromiseRejection|triggerUncaughtException/;
const MAX_LEAKS = 5;

/** Looks through everything that a process writes: nobody's words may be in it, and no fault may have escaped. */
export class LogSearch {
  private lines = 0;
  private leaks = 0;

  constructor(
    private readonly node: string,
    private readonly recorder: Recorder,
  ) {}

  readonly onLine = (line: string): void => {
    this.lines++;
    if (UNHANDLED.test(line)) this.tell('unhandled', line);
    if (this.leaks < MAX_LEAKS && line.search(CANARY_PATTERN) >= 0) {
      this.leaks++;
      this.tell('leak', line);
    }
  };

  /** The process has ended, or the run has. */
  end(): void {
    this.recorder.record({ kind: 'process', node: this.node, what: 'logs', lines: this.lines });
  }

  private tell(what: 'unhandled' | 'leak', line: string): void {
    this.recorder.record({ kind: 'process', node: this.node, what, detail: line.slice(0, 600) });
  }
}
