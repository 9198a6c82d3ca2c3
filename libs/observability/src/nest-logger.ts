import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Nest announces each module and route at boot; that is detail. */
const CHATTY = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'WebSocketsController']);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest's own log lines, written by our logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest's convention: the last text is the context; before it, an error's stack. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !last.includes('\n') ? last : undefined;
    const stack = rest.find((entry) => typeof entry === 'string' && entry.includes('\n    at '));
    const quiet = level === 'info' && context !== undefined && CHATTY.has(context);
    const fields = { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
    const write = this.logger[quiet ? 'debug' : level].bind(this.logger);
    if (message instanceof Error) write({ ...fields, err: message }, message.name);
    else if (typeof message === 'string') write(fields, message);
    else write({ ...fields, detail: message }, 'nest');
  }
}
