import { styleText } from 'node:util';
import type { LogFiles } from '../files/log-files.js';
import { readLogLine, WARNING } from './log-line.js';

type Style = Parameters<typeof styleText>[0];

/** What a person sees of the stack: notices, and the log lines of the apps that matter. */
export class Screen {
  private logs: LogFiles | undefined;
  /** While everything is stopped, complaints about what is gone are noise. */
  quiet = false;

  constructor(private readonly verbose: boolean) {
    // A closed terminal or pipe must not end the stack before it has stopped its servers.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  /** From now on, every line is kept in a file as well. */
  keepLogs(logs: LogFiles): void {
    this.logs = logs;
  }

  notice(text: string): void {
    process.stdout.write(`${paint('cyan', '·')} ${text}\n`);
  }

  problem(text: string): void {
    process.stderr.write(`${paint('red', '✗')} ${text}\n`);
  }

  text(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** A line of an app. */
  appLine(name: string, line: string): void {
    this.logs?.append(name, line);
    const { level, text } = readLogLine(line);
    if (!this.verbose && (this.quiet || level < WARNING)) return;
    process.stdout.write(`${paint('dim', name.padEnd(15))} ${level > WARNING ? paint('red', text) : text}\n`);
  }

  /** A line of Postgres or Redis: kept, and shown only on request. */
  serverLine(name: string, line: string): void {
    this.logs?.append(name, line);
    if (this.verbose) process.stdout.write(`${paint('dim', name.padEnd(15))} ${line}\n`);
  }
}

function paint(style: Style, text: string): string {
  return process.stdout.isTTY ? styleText(style, text) : text;
}
