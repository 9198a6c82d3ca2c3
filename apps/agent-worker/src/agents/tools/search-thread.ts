import { listMembers, searchMessages } from '@holdfast/conversation';
import type { Database } from '@holdfast/database';
import type { SearchHit, ThreadSearchArgs } from './thread-search.tool.js';
import type { ToolScope } from './tool.port.js';

/** Searches as the agent, which is a member like any other, in its thread only. */
export async function searchThread(
  db: Database,
  { tenantId, threadId, agentId }: ToolScope,
  { query, limit }: ThreadSearchArgs,
): Promise<readonly SearchHit[]> {
  const principal = { tenantId, userId: agentId, roles: [] };
  const [page, members] = await Promise.all([
    searchMessages(db, principal, { q: query, limit, threadId }),
    listMembers(db, principal, threadId),
  ]);
  const names = new Map(members.map(({ userId, name }) => [userId, name]));
  return page.hits.map(({ messageId, seq, senderId, at, excerpt }) => {
    const sender = (senderId === null ? undefined : names.get(senderId)) ?? 'a former member';
    return { messageId, seq, sender, at, text: excerpt };
  });
}
