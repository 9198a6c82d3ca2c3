import type { Provider } from '@nestjs/common';
import { ThreadOpener } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Beacons } from './beacons.service.js';
import { EntryNotices } from './entry-notices.service.js';
import { JoinedThreads } from './joined-threads.service.js';
import { RecheckQueue } from './recheck-queue.service.js';
import { threadGateProvider } from './thread-gate.provider.js';
import { ThreadGateway } from './thread.gateway.js';
import { ThreadEntry } from './thread-entry.service.js';
import { ThreadMemberships } from './thread-memberships.service.js';
import { ThreadPoller } from './thread-poller.service.js';
import { ThreadRepair } from './thread-repair.service.js';
import { ThreadSessions } from './thread-sessions.service.js';
import { ThreadSweep } from './thread-sweep.service.js';

export const threadProviders: Provider[] = [
  Beacons,
  EntryNotices,
  JoinedThreads,
  RecheckQueue,
  ThreadEntry,
  ThreadGateway,
  ThreadMemberships,
  ThreadPoller,
  ThreadRepair,
  ThreadSessions,
  ThreadSweep,
  threadGateProvider,
  { provide: ThreadOpener, inject: [Database], useFactory: (database: Database) => new ThreadOpener(database) },
];
