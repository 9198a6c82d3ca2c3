import { parseArgs } from 'node:util';
import { ConfigError } from '@holdfast/config';
import { AppError } from '@holdfast/contracts';
import { UsageError } from './usage.errors.js';
import type { Command, CommandInput, CommandContext } from './command.js';
import { commandHelp, overview, usageOf } from './help.js';

/** Exit codes, after sysexits. */
export const EXIT = { ok: 0, failed: 1, usage: 64, config: 78 } as const;

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h' || argument === 'help';
}

function parse(command: Command, args: readonly string[]): CommandInput {
  const options = Object.fromEntries(Object.keys(command.options).map((name) => [name, { type: 'string' as const }]));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const missing = command.positionals[positionals.length];
    if (missing !== undefined) throw new UsageError(`<${missing}> is missing`);
    if (positionals.length > command.positionals.length) throw new UsageError('too many arguments');
    return { positionals, options: values };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error));
  }
}

function explain(error: unknown, note: CommandContext['note']): number {
  if (error instanceof ConfigError) {
    note(error.message);
    return EXIT.config;
  }
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    note(`holdfast: ${error.message}${cause}`);
    return EXIT.failed;
  }
  note(`holdfast: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT.failed;
}

/** Runs one command line and returns the exit code; it never throws. */
export async function runCli(
  commands: readonly Command[],
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  if (args.length === 0 || isHelp(args[0])) {
    context.out(overview(commands));
    return args.length === 0 ? EXIT.usage : EXIT.ok;
  }
  const command = commands.find(({ path }) => path === args.slice(0, 2).join(' '));
  if (command === undefined) {
    context.note(`holdfast: there is no command "${args.slice(0, 2).join(' ')}"\n\n${overview(commands)}`);
    return EXIT.usage;
  }
  const rest = args.slice(2);
  if (rest.some(isHelp)) {
    context.out(commandHelp(command));
    return EXIT.ok;
  }
  try {
    await command.run(parse(command, rest), context);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof UsageError)) return explain(error, context.note);
    context.note(`holdfast: ${error.message}\nUsage: ${usageOf(command)}; --help tells more.`);
    return EXIT.usage;
  }
}
