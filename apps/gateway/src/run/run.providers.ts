import type { Provider } from '@nestjs/common';
import { RunFollower } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { RunGateway } from './run.gateway.js';
import { RunProgress } from './run-progress.service.js';
import { RunRepair } from './run-repair.service.js';

export const runProviders: Provider[] = [
  RunGateway,
  RunProgress,
  RunRepair,
  { provide: RunFollower, inject: [Database], useFactory: (database: Database) => new RunFollower(database) },
];
