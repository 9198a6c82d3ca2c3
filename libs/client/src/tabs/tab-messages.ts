import type { CommandName } from '@holdfast/contracts';
import type { TransportEnd } from '../wire/transport.js';

/**
 * What pages say to each other about the one socket that they share. The channel's name carries a version, so that pages
 * of another build are never heard; hence the messages need no schema.
 */
export type TabMessage = ToLeader | ToTab | Leading;

/** A link is one page's view of the socket, from `open` to `end`. */
interface OfLink {
  readonly tab: string;
  readonly link: number;
}

export type ToLeader = OfLink & { readonly to: 'leader' } & (
    | { readonly kind: 'open' }
    | { readonly kind: 'send'; readonly n: number; readonly name: CommandName; readonly request: object }
    | { readonly kind: 'close' }
  );

export type ToTab = OfLink & { readonly to: 'tab'; readonly leader: string } & (
    | { readonly kind: 'opened' }
    | { readonly kind: 'event'; readonly name: string; readonly payload: unknown }
    | { readonly kind: 'answer'; readonly n: number; readonly answer: unknown }
    | { readonly kind: 'end'; readonly end: TransportEnd }
  );

/** The leader's socket is accepted: whoever waits for one may open a link. */
export interface Leading {
  readonly to: 'all';
  readonly leader: string;
}
