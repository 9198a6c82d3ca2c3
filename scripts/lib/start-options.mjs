import { parseArgs } from 'node:util';
import { Problem } from './terminal.mjs';

export const HELP = `Starts all of Holdfast on this machine: Postgres, Redis, gateway, agent-worker, slo-service and the web page.

  npm start -- [options]

  --port <n>       Port of the page and the API; default 8000, or the variable PORT.
  --host <address> Address to listen on; default 127.0.0.1. 0.0.0.0 opens it to the network.
  --gateways <n>   Number of gateways; more than one get free ports behind a small balancer. Default 1.
  --workers <n>    Number of agent-workers. Default 1.
  --data <folder>  Where data, secrets and logs are kept; default .holdfast.
  --verbose        Show every log line, not only warnings and errors.
  --help           Show this text.

DATABASE_URL and REDIS_URL replace the embedded Postgres and Redis. All other variables are in docs/configuration.md; HOST,
INSTANCE_ID and WEB_ROOT are set here for each app.
Ctrl-C stops everything in good order; a second one hastens it.
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  gateways: { type: 'string', default: '1' },
  workers: { type: 'string', default: '1' },
  data: { type: 'string', default: '.holdfast' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

function wholeNumber(name, text, min, max) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Problem(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
}

/** Options of `npm start`; throws a Problem that names the wrong one. */
export function parseStartOptions(args, env) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new Problem(`${error.message.split('. ')[0]}: npm start -- --help lists the options.`);
  }
  return {
    help: values.help,
    host: values.host,
    port: wholeNumber('port', values.port ?? (env.PORT || '8000'), 1, 65_535),
    gateways: wholeNumber('gateways', values.gateways, 1, 16),
    workers: wholeNumber('workers', values.workers, 0, 16),
    data: values.data,
    verbose: values.verbose,
    copiesOfCtrlC: env.npm_lifecycle_event === undefined ? 1 : 2,
  };
}
