/**
 * The connection's states.
 *
 *   idle ──start──▶ connecting ─wire up─▶ authenticating ─session.ready─▶ syncing ─all caught up─▶ live
 *   live ◀──server.degraded──▶ degraded
 *   live, degraded ──server.draining──▶ draining ──new connection synced──▶ live
 *   any of them ──socket lost──▶ waiting (a timer runs) or offline (the device says so) ──timer, wake, retry──▶ connecting
 *   any of them ──refused for good──▶ halted ──start──▶ connecting
 *   any of them ──stop──▶ idle
 *
 * `live` is announced only after syncing: what is shown then is up to date. While `draining` the old socket serves on.
 */
import type { CloseCode } from '@holdfast/contracts';

/** Facts of every state in which the server cannot be reached. Times are ms since the Unix epoch. */
interface Down {
  /** When the connection was lost, or first tried. */
  readonly downSince: number;
  /** When it was last live; null = never. */
  readonly lastLiveAt: number | null;
  /** Tries since it was last live. */
  readonly attempt: number;
}

interface Up {
  readonly since: number;
  readonly instanceId: string;
}

export type ConnectionState =
  | { readonly status: 'idle' }
  | ({ readonly status: 'connecting' | 'authenticating' | 'syncing' } & Down)
  | ({ readonly status: 'live' } & Up)
  | ({ readonly status: 'degraded'; readonly affected: readonly string[] } & Up)
  | ({
      readonly status: 'draining';
      readonly moveAt: number;
      readonly deadlineAt: number;
      readonly reason: string;
    } & Up)
  /** The next try starts at `nextAt`, truly. */
  | ({ readonly status: 'waiting'; readonly nextAt: number; readonly reason: string } & Down)
  | ({ readonly status: 'offline'; readonly nextAt: number } & Down)
  | { readonly status: 'halted'; readonly code: CloseCode | 'signed_out' };

/** True if commands can be sent now. */
export function isServing(state: ConnectionState): boolean {
  return state.status === 'live' || state.status === 'degraded' || state.status === 'draining';
}
