import type { SystemStatus } from '@holdfast/contracts';
import * as z from 'zod/mini';
import type { Json } from '../../journal/journal.port.js';
import { Tool } from './tool.port.js';

/** Tells what runs now: instances of every app, with state, load and age. */
export class SystemStatusTool extends Tool<Record<string, never>> {
  readonly name = 'system.status';
  readonly description =
    'Which instances of this chat system run now, with version, state, connections and event-loop lag.';
  readonly schema = z.object({}) as z.ZodMiniType<Record<string, never>>;

  constructor(private readonly read: () => Promise<SystemStatus>) {
    super();
  }

  override async run(): Promise<Json> {
    return { ...(await this.read()) };
  }
}
