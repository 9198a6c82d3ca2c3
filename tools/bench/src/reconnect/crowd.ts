import { signToken } from '@holdfast/testing';
import { CrowdClient } from './crowd-client.js';
import type { CrowdOrder, CrowdReport } from './crowd-protocol.js';

/** The process of the clients: obeys a {@link CrowdOrder} at a time and answers each. Ends with its parent. */
export async function runCrowd(): Promise<boolean> {
  let clients: CrowdClient[] = [];
  process.on('message', (order: CrowdOrder) => {
    void obey(order).then(
      (answer) => process.send?.(answer ?? {}),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  });

  async function obey(order: CrowdOrder): Promise<CrowdReport | undefined> {
    switch (order.order) {
      case 'prepare':
        clients = await Promise.all(
          order.members.map(
            async ({ subject: sub, threadIds }) => new CrowdClient(await signToken({ sub }), threadIds),
          ),
        );
        return undefined;
      case 'connect':
        return connect(clients, order);
      case 'rewind':
        for (const client of clients) client.rewind();
        return undefined;
      case 'disconnect':
        await Promise.all(clients.map((client) => client.disconnect()));
        return undefined;
      case 'await-loss':
        await Promise.all(clients.map((client) => client.disconnected()));
        return undefined;
    }
  }

  await new Promise((resolve) => process.once('disconnect', resolve));
  await Promise.all(clients.map((client) => client.disconnect()));
  return true;
}

async function connect(
  clients: readonly CrowdClient[],
  { servers, bare }: Extract<CrowdOrder, { order: 'connect' }>,
): Promise<CrowdReport> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const retriesBefore = retries(clients);
  const ready: number[] = [];
  const synced: number[] = [];
  await Promise.all(
    clients.map(async (client, nth) => {
      const server = servers[nth % servers.length];
      if (server === undefined) throw new Error('nowhere to go');
      await client.connect(server);
      ready.push(performance.now() - startedAt);
      if (bare) return;
      await client.sync();
      synced.push(performance.now() - startedAt);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    ready,
    synced,
    events: bare ? 0 : clients.reduce((sum, client) => sum + client.settle(), 0),
    retries: retries(clients) - retriesBefore,
    cpuMs: (user + system) / 1_000,
  };
}

function retries(clients: readonly CrowdClient[]): number {
  return clients.reduce((sum, client) => sum + client.retries, 0);
}
