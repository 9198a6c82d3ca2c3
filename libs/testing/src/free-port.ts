import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Distance of the port on which nodes of a Redis Cluster talk to each other. */
const BUS = 10_000;
const LAST_PORT = 65_535;
const TRIES = 50;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** As {@link freePort}, with the port of the Cluster bus above it free as well. */
export async function freeClusterPort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = await freePort();
    const low = port + BUS > LAST_PORT ? port - BUS : port;
    if ((low === port || (await isFree(low))) && (await isFree(low + BUS))) return low;
  }
  throw new Error('no free pair of ports');
}
