import { systemClock, type Clock } from '../support/clock.js';
import { newId } from '../support/new-id.js';
import { isolate, Store, type Readable } from '../support/store.js';
import type { Transport } from '../wire/transport.js';
import { FollowerLinks } from './follower-links.js';
import { LinkHub } from './link-hub.js';
import { browserTabChannel, type OpenTabChannel, type TabChannel } from './tab-channel.js';
import { browserLocks, holdLock, type LockManager } from './tab-locks.js';
import type { TabMessage } from './tab-messages.js';

/**
 * The pages (tabs) that one person has open in one browser. One of them leads: it holds the socket and sends what waits in
 * the outbox, for all of them.
 */
export interface Tabs {
  /** True if this page leads. */
  readonly leads: Readable<boolean>;
  start(): void;
  stop(): void;
  /** A transport over the leader's socket; in the leader, over `transport` itself. */
  share(transport: Transport): Transport;
  /** Calls back when a connection is worth another try now. */
  onWake(listener: () => void): () => void;
}

/** {@link Tabs} of a page that knows of no other: it leads, and the server tells copies of messages apart. */
export function soleTab(): Tabs {
  return {
    leads: new Store(true),
    start: () => undefined,
    stop: () => undefined,
    share: (transport) => transport,
    onWake: () => () => undefined,
  };
}

export interface SharedTabsOptions {
  /** Tells owners apart, such as tenant and user. */
  readonly scope: string;
  readonly locks: LockManager;
  readonly openChannel: OpenTabChannel;
  readonly clock: Clock;
}

/** {@link Tabs} of this browser; without Web Locks, or outside a browser, each page is alone. */
export function browserTabs(scope: string): Tabs {
  const locks = browserLocks();
  return locks === undefined
    ? soleTab()
    : sharedTabs({ scope, locks, openChannel: browserTabChannel, clock: systemClock });
}

const PROTOCOL = 'v1';

export function sharedTabs({ scope, locks, openChannel, clock }: SharedTabsOptions): Tabs {
  const name = `holdfast.${scope}`;
  const tab = newId();
  const lockOf = (page: string): string => `${name}.tab.${page}`;
  const leads = new Store(false);
  const listeners = new Set<() => void>();
  const watched = new Set<string>();
  let channel: TabChannel | null = null;
  let releases: (() => void)[] = [];

  /** A little later: a connection that just lost its link has to notice first. */
  const wake = (): void => {
    clock.after(0, () => {
      for (const listener of [...listeners]) isolate(listener);
    });
  };
  const post = (message: TabMessage): void => channel?.post(message);
  const links = new FollowerLinks(tab, post);
  const hub = new LinkHub({ tab, post, clock, onWanted: wake });

  /** A page holds its own lock as long as it lives: whoever gets it knows that the page is gone. */
  const watch = (page: string): void => {
    if (watched.has(page)) return;
    watched.add(page);
    const release = holdLock(locks, lockOf(page), () => {
      watched.delete(page);
      hub.forget(page);
      queueMicrotask(release);
    });
    releases.push(release);
  };
  const receive = (raw: unknown): void => {
    const message = raw as TabMessage;
    if (message.to === 'leader' && leads.getSnapshot()) {
      watch(message.tab);
      hub.receive(message);
    } else if (message.to === 'tab' && message.tab === tab) {
      links.receive(message);
    } else if (message.to === 'all' && !leads.getSnapshot()) {
      links.onLeading(message);
      wake();
    }
  };

  return {
    leads,
    start: () => {
      if (channel !== null) return;
      channel = openChannel(`${name}.link.${PROTOCOL}`, receive);
      releases = [
        holdLock(locks, lockOf(tab), () => undefined),
        holdLock(locks, name, () => {
          leads.set(true);
          links.lead();
          wake();
        }),
      ];
    },
    stop: () => {
      hub.stop();
      links.endAll('stopped');
      for (const release of releases) release();
      releases = [];
      watched.clear();
      leads.set(false);
      channel?.close();
      channel = null;
    },
    share: (transport) => ({
      open: (token, handlers) => {
        const openOwn = () => hub.open(transport, token, handlers);
        return leads.getSnapshot() ? openOwn() : links.open(handlers, openOwn);
      },
    }),
    onWake: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
