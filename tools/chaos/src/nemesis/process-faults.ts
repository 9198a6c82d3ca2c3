import { isStopped } from '../system/proc.js';
import type { AppNode } from '../system/app-node.js';
import { missed, type Inject } from './injection.js';

/** A process that is not up yet cannot be hit; it gets this long. */
const READY_MS = 10_000;

async function isThere(node: AppNode): Promise<boolean> {
  return node.ready(READY_MS).then(
    () => true,
    () => false,
  );
}

/** SIGKILL; a successor starts when the fault is over. */
export const kill: Inject = async (system, { target, holdMs }) => {
  const node = system.node(target);
  if (!(await isThere(node))) return missed('it was not up');
  const exit = await node.kill(holdMs);
  return {
    heal: () =>
      Promise.resolve({ effective: exit?.signal === 'SIGKILL', detail: `ended by ${exit?.signal ?? 'nobody'}` }),
  };
};

/** SIGTERM: it has to leave in good order. */
export const terminate: Inject = async (system, { target, holdMs }) => {
  const node = system.node(target);
  if (!(await isThere(node))) return missed('it was not up');
  const startedAt = performance.now();
  const exit = await node.terminate(holdMs);
  const took = Math.round(performance.now() - startedAt);
  return {
    heal: () =>
      Promise.resolve({
        effective: exit !== undefined,
        detail: `exit ${String(exit?.code ?? exit?.signal)} after ${took} ms`,
      }),
  };
};

/** SIGSTOP, and SIGCONT when it is over. */
export const stop: Inject = async (system, { target }) => {
  const node = system.node(target);
  if (!(await isThere(node))) return missed('it was not up');
  const { pid } = node;
  node.signal('SIGSTOP');
  return {
    heal: () => {
      const effective = node.pid === pid && isStopped(pid);
      node.signal('SIGCONT');
      return Promise.resolve({ effective, detail: effective ? 'stood still' : 'did not stand still' });
    },
  };
};
