import type { Provider } from '@nestjs/common';
import { RunGateway } from './run.gateway.js';
import { RunProgress } from './run-progress.service.js';
import { RunRepair } from './run-repair.service.js';

export const runProviders: Provider[] = [RunGateway, RunProgress, RunRepair];
