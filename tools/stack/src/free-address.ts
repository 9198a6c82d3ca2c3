import { once } from 'node:events';
import { createServer } from 'node:net';
import { StackError } from './stack.errors.js';

/** @throws StackError when nothing can listen on this address. */
export async function requireFreeAddress(port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw new StackError(sentence(error, port, host), { cause: error });
  }
  server.close();
  await once(server, 'close');
}

function sentence(error: unknown, port: number, host: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const other = `npm start -- --port ${String(port === 65_535 ? 8_001 : port + 1)}`;
  if (code === 'EADDRINUSE') return `Port ${String(port)} is taken by another program: stop that one, or run ${other}.`;
  if (code === 'EACCES')
    return `Port ${String(port)} needs more rights than this user has: run npm start -- --port 8000.`;
  return `This machine cannot listen on ${host} port ${String(port)} (${message}): choose another with --host and --port.`;
}
