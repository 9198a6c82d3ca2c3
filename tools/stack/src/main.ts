import { constants } from 'node:os';
import { ServerError } from '@holdfast/testing';
import type { LaunchOptions, Step } from './launch-options.js';
import { Stack } from './stack.js';
import { StackError } from './stack.errors.js';
import { catchStopSignals } from './stop-signals.js';
import { Screen } from './view/screen.js';

/** Exit code after a signal that came before the stack was ready, or a second one. */
function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs the whole of Holdfast until a signal asks for its end.
 * @returns the exit code: 0 after a clean stop, 1 when it could not start or an app had to be killed, 128 + n when a
 * signal cut the start or the stop short.
 */
export async function launch(options: LaunchOptions, step: Step): Promise<number> {
  const screen = new Screen(options.verbose);
  const signals = catchStopSignals(options.copiesOfCtrlC);
  const stack = new Stack(options, step, screen);
  try {
    const started = stack.start();
    const early = await Promise.race([started, signals.asked]);
    if (early !== undefined) {
      started.catch(() => undefined);
      await finish(stack, screen);
      return signalCode(early);
    }
    announce(stack, options, screen);
    await signals.asked;
    screen.quiet = true;
    screen.notice('Stopping; press Ctrl-C again to hasten.');
    const stopped = finish(stack, screen);
    const second = await Promise.race([stopped, signals.hastened]);
    if (typeof second === 'boolean') return second ? 0 : 1;
    stack.hasten();
    await stopped;
    return signalCode(second);
  } catch (error) {
    screen.quiet = true;
    screen.problem(
      error instanceof StackError || error instanceof ServerError
        ? error.message
        : String((error as Error).stack ?? error),
    );
    await stack.stop();
    return 1;
  }
}

async function finish(stack: Stack, screen: Screen): Promise<boolean> {
  const startedAt = performance.now();
  const clean = await stack.stop();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  screen.notice(clean ? `Stopped (${seconds} s).` : `Stopped, but not every app ended cleanly (${seconds} s).`);
  return clean;
}

function announce(stack: Stack, options: LaunchOptions, screen: Screen): void {
  const seconds = ((performance.now() - options.startedAt) / 1_000).toFixed(1);
  screen.text(
    [
      '',
      `Holdfast is ready (${seconds} s).`,
      '',
      `  Chat        ${stack.url}/`,
      `  Operations  ${stack.url}/ops`,
      `  API         ${stack.url}/api/docs`,
      `  Data        ${stack.dataFolder}`,
      `  Logs        ${stack.logFolder}`,
      '',
      'Ctrl-C stops it.',
      '',
    ].join('\n'),
  );
}
