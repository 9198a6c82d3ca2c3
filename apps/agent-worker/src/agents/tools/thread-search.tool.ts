import * as z from 'zod/mini';
import type { Json } from '../../journal/journal.port.js';
import { Tool, type ToolScope } from './tool.port.js';

const ThreadSearchArgs = z.object({
  query: z.string().check(z.minLength(1), z.maxLength(200)),
  limit: z._default(z.int().check(z.gte(1), z.lte(20)), 5),
});
export type ThreadSearchArgs = z.infer<typeof ThreadSearchArgs>;

/** One message that matches a search. */
export interface SearchHit {
  readonly messageId: string;
  readonly seq: number;
  readonly sender: string;
  readonly at: string;
  readonly text: string;
}

/** Searches messages of one thread; the scope comes from the run. */
export type SearchThread = (scope: ToolScope, args: ThreadSearchArgs) => Promise<readonly SearchHit[]>;

/** Finds messages of the thread that the agent is in, and of no other. */
export class ThreadSearchTool extends Tool<ThreadSearchArgs> {
  readonly name = 'thread.search';
  readonly description = 'Finds earlier messages of this conversation that contain the given words.';
  readonly schema = ThreadSearchArgs;

  constructor(private readonly search: SearchThread) {
    super();
  }

  override async run(args: ThreadSearchArgs, scope: ToolScope): Promise<Json> {
    const hits = await this.search(scope, args);
    return { hits: hits.map((hit) => ({ ...hit })) };
  }
}
