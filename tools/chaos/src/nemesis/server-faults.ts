import type { RunningServer } from '@holdfast/testing';
import type { Servers } from '../system/servers.js';
import type { Inject } from './injection.js';

type Choose = (servers: Servers) => RunningServer;

export const redis: Choose = (servers) => servers.redis;
export const postgres: Choose = (servers) => servers.postgres;

/** SIGKILL; it starts again, with or without its data, when the fault is over. */
export function killServer(choose: Choose, { empty = false } = {}): Inject {
  return async ({ servers }) => {
    const server = choose(servers);
    const { pid } = server;
    await servers.kill(server);
    return {
      heal: async () => {
        const effective = pid !== 0 && server.pid === 0;
        if (empty) servers.emptyRedis();
        await servers.restart(server);
        return { effective, detail: `process ${String(pid)} ended${empty ? ' and its data was removed' : ''}` };
      },
    };
  };
}

export function pauseServer(choose: Choose): Inject {
  return async ({ servers }) => {
    const server = choose(servers);
    const effective = await servers.freeze(server);
    return {
      heal: () => {
        servers.thaw(server);
        return Promise.resolve({ effective, detail: effective ? 'stood still' : 'did not stand still' });
      },
    };
  };
}

export const readOnly: Inject = async ({ servers }) => {
  await servers.setReadOnly(true);
  return {
    heal: async () => {
      const effective = await servers.refusesWrites();
      await servers.setReadOnly(false);
      return { effective, detail: effective ? 'new transactions could not write' : 'writes went on' };
    },
  };
};
