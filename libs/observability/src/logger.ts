import { pino, destination, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { build as pretty } from 'pino-pretty';
import { currentContext } from './context.js';
import { maskUrls } from './mask-urls.js';
import { redact } from './redact.js';
import { serializeError } from './serialize-error.js';

/** Structured logger: `logger.info({ threadId }, 'what happened')`. Put an error under `err`. */
export type Logger = PinoLogger;

/** Injection token of the process's {@link Logger}. */
export const LOGGER = Symbol('LOGGER');

/** Buffered output beyond which lines are dropped rather than memory spent, in bytes. */
const MAX_BUFFERED_BYTES = 16 * 1_024 * 1_024;

export interface LoggerOptions {
  readonly app: string;
  readonly instanceId: string;
  readonly level: string;
  /** Lines for people in place of JSON. */
  readonly pretty: boolean;
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

type MakeChild = (this: Logger, bindings: object, settings?: object) => Logger;

function output(options: LoggerOptions): DestinationStream {
  // Asynchronous, so that a reader of our output who stalls cannot stall us; pino flushes at exit.
  const target = options.destination ?? destination({ fd: 1, sync: false, maxLength: MAX_BUFFERED_BYTES });
  return options.pretty ? pretty({ destination: target, ignore: 'pid,hostname,app,instance' }) : target;
}

/** An error given alone would become its own message, values included: it goes under `err` like any other. */
function tidy([first, ...rest]: readonly unknown[]): unknown[] {
  const [message = first instanceof Error ? first.name : undefined, ...values] = rest;
  const args = first instanceof Error ? [{ err: first }, message, ...values] : [first, ...rest];
  return args.map((arg) => (typeof arg === 'string' ? maskUrls(arg) : arg));
}

/**
 * The logger of a process: one JSON object per line with `app`, `instance` and the fields of the current context.
 * Tokens, cookies, credentials in URLs and message bodies never reach the output.
 */
export function createLogger(options: LoggerOptions): Logger {
  const logger: Logger = pino(
    {
      level: options.level,
      base: { app: options.app, instance: options.instanceId },
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => ({ ...currentContext() }),
      formatters: { level: (label) => ({ level: label }), log: redact },
      // pino's own serialiser prints every field of an error; by then ours are plain objects.
      serializers: { err: (value: unknown) => (value instanceof Error ? serializeError(value) : value) },
      hooks: {
        logMethod(args, method) {
          method.apply(this, tidy(args) as typeof args);
        },
      },
    },
    output(options),
  );
  // Bindings bypass the formatter above; children inherit this through their prototype.
  const { child: inherited } = logger as unknown as { readonly child: MakeChild };
  return Object.assign(logger, {
    child(this: Logger, bindings: object, settings?: object) {
      return inherited.call(this, redact(bindings), settings);
    },
  });
}
