import { root } from './root.mjs';
import { run } from './run.mjs';

/** Runs jest on built apps, with the flag that its ES modules need. */
export async function jest(args) {
  const env = {
    ...process.env,
    HOLDFAST_TEST_APPS: 'built',
    NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
      .filter(Boolean)
      .join(' '),
  };
  const { code } = await run(process.execPath, ['node_modules/jest/bin/jest.js', ...args], {
    cwd: root,
    env,
    show: true,
  });
  return code;
}
