export default async function globalTeardown() {
  await globalThis.holdfastRunServers?.stop();
}
