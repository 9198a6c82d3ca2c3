import type { Command, OptionSpec } from './command.js';

function optionLine([name, { value, summary, required }]: [string, OptionSpec]): string {
  const flag = `--${name} <${value}>`;
  return `  ${flag.padEnd(32)}${summary}${required === true ? ' (required)' : ''}`;
}

/** How one command is called. */
export function usageOf({ path, positionals, options }: Command): string {
  const names = positionals.map((name) => ` <${name}>`).join('');
  const needed = Object.entries(options)
    .filter(([, { required }]) => required === true)
    .map(([name, { value }]) => ` --${name} <${value}>`)
    .join('');
  return `holdfast ${path}${names}${needed}`;
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(optionLine);
  return [
    command.summary,
    '',
    `Usage: ${usageOf(command)}${options.length > 0 ? ' [options]' : ''}`,
    ...(options.length > 0 ? ['', 'Options:', ...options] : []),
    ...(command.environment.length > 0 ? ['', `Environment: ${command.environment.join(', ')}`] : []),
  ].join('\n');
}

/** Help of the whole tool. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ path, summary }) => `  ${path.padEnd(18)}${summary}`);
  return [
    'Usage: holdfast <command> [options]',
    '',
    'Commands:',
    ...lines,
    '',
    'holdfast <command> --help tells more.',
  ].join('\n');
}
