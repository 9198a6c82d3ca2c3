/**
 * What a link suffers from, in Toxiproxy's words. `upstream` is from the client to the server. A cut link is either
 * `half_open` (what is sent is lost; both ends believe in the connection) or a `partition` (what is sent arrives when it
 * is over, as TCP would send it again; new connections are refused).
 */
export type Toxic =
  /** Each packet arrives `latencyMs` plus up to `jitterMs` later, in order. */
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs?: number }
  /** At most this much in each direction of each connection. */
  | { readonly type: 'bandwidth'; readonly bytesPerS: number }
  /** Connections are reset, the present ones and each new one. */
  | { readonly type: 'reset_peer' }
  /** Both directions fall silent; connections that lost something are reset when it is over. */
  | { readonly type: 'half_open' }
  /** The same for one direction only. */
  | { readonly type: 'drop'; readonly stream: Direction }
  | { readonly type: 'partition' };

export type Direction = 'upstream' | 'downstream';

/** How one direction of a connection treats what it is given. */
export interface Conduct {
  readonly flow: 'open' | 'lost' | 'held';
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Infinite without a limit. */
  readonly bytesPerS: number;
}

export const HEALTHY: Conduct = { flow: 'open', latencyMs: 0, jitterMs: 0, bytesPerS: Infinity };

/** What all toxics of a link together mean for one direction. */
export function conductOf(toxics: Iterable<Toxic>, direction: Direction): Conduct {
  let conduct = HEALTHY;
  for (const toxic of toxics) conduct = worse(conduct, toxic, direction);
  return conduct;
}

function worse(conduct: Conduct, toxic: Toxic, direction: Direction): Conduct {
  switch (toxic.type) {
    case 'latency': {
      const { latencyMs, jitterMs = 0 } = toxic;
      return { ...conduct, latencyMs: conduct.latencyMs + latencyMs, jitterMs: conduct.jitterMs + jitterMs };
    }
    case 'bandwidth':
      return { ...conduct, bytesPerS: Math.min(conduct.bytesPerS, toxic.bytesPerS) };
    case 'half_open':
      return { ...conduct, flow: 'lost' };
    case 'drop':
      return toxic.stream === direction ? { ...conduct, flow: 'lost' } : conduct;
    case 'partition':
      return conduct.flow === 'lost' ? conduct : { ...conduct, flow: 'held' };
    case 'reset_peer':
      return conduct;
  }
}
