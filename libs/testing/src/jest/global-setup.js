/** Plain JavaScript: jest loads it before any transformation with path aliases works. */
import '../../typescript/register.js';

export default async function globalSetup() {
  const { startRunServers } = await import('./run-servers.ts');
  const servers = await startRunServers();
  Object.assign(process.env, servers.variables);
  globalThis.holdfastRunServers = servers;
}
