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

/** `npm run bench:<name>`: each prints figures and ends with 1 if a promise was not kept. */
const BENCHES: Readonly<Record<string, () => Promise<boolean>>> = {
  health,
  page,
  reconnect,
  'redis-loss': redisLoss,
  rolling,
  slo,
  takeover,
  // The clients of `reconnect`, in a process of their own.
  crowd: runCrowd,
  // What `reconnect` compares with.
  tutorial: runTutorial,
  // What `health` compares with.
  naive: runNaive,
  // What `rolling` compares with.
  plain: runPlain,
  // `npm run deploy:rolling`: `rolling` with all apps and nothing beside it.
  'deploy-rolling': deployRolling,
};

const [name = ''] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`Name one of: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = (await bench()) ? 0 : 1;
}
