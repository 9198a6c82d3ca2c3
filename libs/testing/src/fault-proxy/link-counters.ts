/** What passed a link and what was done to it, since it exists: shows whether a fault hit anything. */
export interface LinkCounters {
  connections: number;
  /** Refused while the link was cut. */
  refused: number;
  /** Connections that the proxy reset. */
  cut: number;
  bytesUpstream: number;
  bytesDownstream: number;
  /** Bytes that arrived later than they would have. */
  bytesDelayed: number;
  /** Bytes that never arrived. */
  bytesLost: number;
}

export const NO_TRAFFIC: Readonly<LinkCounters> = {
  connections: 0,
  refused: 0,
  cut: 0,
  bytesUpstream: 0,
  bytesDownstream: 0,
  bytesDelayed: 0,
  bytesLost: 0,
};
