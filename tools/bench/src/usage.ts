import { parseArgs } from 'node:util';

interface Usage {
  /** The command that a person types. */
  readonly command: string;
  /** What it takes, in the words of the help; empty if nothing. */
  readonly takes: string;
  readonly about: string;
  readonly isValid: (args: readonly string[]) => boolean;
}

const takesNothing = (args: readonly string[]): boolean => args.length === 0;

const USAGES: Readonly<Record<string, Usage>> = {
  health: {
    command: 'npm run bench:health',
    takes: '',
    about: '500 probes a second, of a gateway and of a controller that asks Postgres and Redis each time.',
    isValid: takesNothing,
  },
  page: {
    command: 'npm run bench:page',
    takes: '[--minutes <m>] [--trace]',
    about: 'The chat page with 10,000 messages while answers come: long tasks and memory. One minute by default.',
    isValid: isOfPage,
  },
  reconnect: {
    command: 'npm run bench:reconnect',
    takes: '[missed] [left]',
    about: '2,000 clients come back at once; 5 messages missed in each thread and 2 gateways left by default.',
    isValid: (args) => args.length <= 2 && args.every((arg) => /^[1-9]\d*$/.test(arg)),
  },
  'redis-loss': {
    command: 'npm run bench:redis-loss',
    takes: '',
    about:
      '50 pairs write across two gateways, 10 people ask an agent, Redis is killed for a minute and comes back empty.',
    isValid: takesNothing,
  },
  rolling: {
    command: 'npm run bench:rolling',
    takes: '',
    about: '3 gateways and 2 workers are replaced under 300 clients, then as many processes of plain Socket.IO.',
    isValid: takesNothing,
  },
  slo: {
    command: 'npm run bench:slo',
    takes: '',
    about: 'What counting costs a gateway, and how much the slo-service takes.',
    isValid: takesNothing,
  },
  takeover: {
    command: 'npm run bench:takeover',
    takes: '',
    about: 'kill -9 of the worker that writes an answer, 20 times: how long until the next word.',
    isValid: takesNothing,
  },
  'deploy-rolling': {
    command: 'npm run deploy:rolling',
    takes: '[folder]',
    about: 'Every process of a stack of its own is replaced by the build in a folder, or by this one again.',
    isValid: (args) => args.length <= 1 && args.every((arg) => !arg.startsWith('-')),
  },
};

function isOfPage(args: readonly string[]): boolean {
  try {
    const options = { minutes: { type: 'string', default: '1' }, trace: { type: 'boolean' } } as const;
    return Number(parseArgs({ args: [...args], options, strict: true }).values.minutes) > 0;
  } catch {
    return false;
  }
}

/** What `args` ask for by name: a text to print, or undefined if that bench may run with what follows. */
export function textInsteadOf([name = '', ...rest]: readonly string[]): { text: string; exitCode: 0 | 2 } | undefined {
  const isHelp = [name, ...rest].some((arg) => arg === '--help' || arg === '-h');
  const usage = USAGES[name];
  if (usage === undefined) {
    const lead = isHelp || name === '' ? '' : `There is no bench "${name}".\n\n`;
    return { text: lead + overview(), exitCode: isHelp ? 0 : 2 };
  }
  if (isHelp) return { text: `${line(usage)}\n${ENDS}`, exitCode: 0 };
  if (usage.isValid(rest)) return undefined;
  const { command, takes } = usage;
  const wanted = takes === '' ? 'takes no arguments' : `takes ${takes}`;
  return { text: `${command} ${wanted}, not "${rest.join(' ')}".\n`, exitCode: 2 };
}

const ENDS = `
Each starts servers of its own, prints figures, and ends with 0 if what it promises was kept, else with 1.
`;

function overview(): string {
  return `${Object.values(USAGES).map(line).join('\n')}\n${ENDS}`;
}

function line({ command, takes, about }: Usage): string {
  return `  ${command}${takes === '' ? '' : ` -- ${takes}`}\n      ${about}`;
}
