import type { ConnectionState, Ready } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { useReadable } from './use-readable.js';

/** Where the connection stands. */
export function useConnection(): ConnectionState {
  return useReadable(useHoldfast().connection);
}

/** What the server told at the last handshake, such as limits; null before the first. */
export function useServerInfo(): Ready | null {
  return useReadable(useHoldfast().connection.ready);
}
