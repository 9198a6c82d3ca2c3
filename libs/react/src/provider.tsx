import type { HoldfastClient } from '@holdfast/client';
import { createContext, useContext, useEffect, type ReactNode } from 'react';

const ClientContext = createContext<HoldfastClient | null>(null);

/** Gives the client to everything below it, and keeps it started while mounted. */
export function HoldfastProvider({ client, children }: { client: HoldfastClient; children: ReactNode }) {
  useEffect(() => {
    client.start();
    return () => {
      client.stop();
    };
  }, [client]);
  return <ClientContext value={client}>{children}</ClientContext>;
}

/**
 * The client of the nearest provider.
 *
 * @throws Error outside of a {@link HoldfastProvider}.
 */
export function useHoldfast(): HoldfastClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('useHoldfast needs a <HoldfastProvider> above it');
  return client;
}
