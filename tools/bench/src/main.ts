import { health } from './health/health.js';
import { runNaive } from './health/naive.js';
import { page } from './page/page.js';
import { reconnect } from './reconnect/reconnect.js';
import { runCrowd } from './reconnect/crowd.js';
import { runTutorial } from './reconnect/tutorial-server.js';
import { redisLoss } from './redis-loss/redis-loss.js';
import { runPlain } from './rolling/plain-server.js';
import { deployRolling, rolling } from './rolling/rolling.js';
import { slo } from './slo/slo.js';
import { takeover } from './takeover/takeover.js';
import { textInsteadOf } from './usage.js';

/** `npm run bench:<name>`: each prints figures and ends with 1 if a promise was not kept. */
const BENCHES: Readonly<Record<string, () => Promise<boolean>>> = {
  health,
  page,
  reconnect,
  'redis-loss': redisLoss,
  rolling,
  slo,
  takeover,
  // `npm run deploy:rolling`: `rolling` with all apps and nothing beside it.
  'deploy-rolling': deployRolling,
};

/** What benches start as processes of their own. */
const PARTS: Readonly<Record<string, () => Promise<boolean>>> = {
  // The clients of `reconnect`.
  crowd: runCrowd,
  // What `reconnect` compares with.
  tutorial: runTutorial,
  // What `health` compares with.
  naive: runNaive,
  // What `rolling` compares with.
  plain: runPlain,
};

async function main(args: readonly string[]): Promise<number> {
  const [name = ''] = args;
  const part = PARTS[name];
  if (part !== undefined) return (await part()) ? 0 : 1;
  const instead = textInsteadOf(args);
  if (instead !== undefined) {
    (instead.exitCode === 0 ? process.stdout : process.stderr).write(instead.text);
    return instead.exitCode;
  }
  return (await BENCHES[name]?.()) === true ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
