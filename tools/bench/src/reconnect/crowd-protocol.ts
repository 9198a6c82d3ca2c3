/** Where a crowd goes. */
export interface CrowdServer {
  readonly url: string;
  /** `/` has no middleware, and hence no token, in the servers that Holdfast is compared with. */
  readonly namespace: string;
}

/** What the process of the clients is told. */
export type CrowdOrder =
  /** Who they are, and which threads each of them has. */
  | {
      readonly order: 'prepare';
      readonly members: readonly { readonly subject: string; readonly threadIds: readonly string[] }[];
    }
  /** All at once, spread evenly: connect, and catch up unless `bare`. Answered with a `CrowdReport`. */
  | { readonly order: 'connect'; readonly servers: readonly CrowdServer[]; readonly bare: boolean }
  /** Forget what the last `connect` caught up with: another server is to give the same again. */
  | { readonly order: 'rewind' }
  /** Answered once every connection is gone. */
  | { readonly order: 'disconnect' }
  /** Answered once every connection is gone, whoever ended it. */
  | { readonly order: 'await-loss' };

/** Times since the order, in ms, one of each client. */
export interface CrowdReport {
  readonly ready: readonly number[];
  readonly synced: readonly number[];
  /** Events that were caught up with, none twice and none left out. */
  readonly events: number;
  /** Connections that were tried again. */
  readonly retries: number;
  /** CPU time of the clients' process until the last one was synced, in ms. */
  readonly cpuMs: number;
}
