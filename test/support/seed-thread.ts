import { randomUUID } from 'node:crypto';
import { appendMessages } from '@holdfast/conversation';
import { Database } from '@holdfast/database';

/** Rows of one append: its limit is 1 MiB. */
const ROWS = 500;

interface Thread {
  tenant_id: string;
  created_by: string;
}

const THREAD = { name: 'test_thread', text: 'select tenant_id, created_by from chat.thread where id = $1' };
const ANALYZE = { name: 'test_analyze', text: 'analyze chat.event' };
const MODE = { name: 'test_mode', text: 'update chat.thread set agent_mode = $2 where id = $1' };

/** Appends what the thread's owner is to have said, past the gateway and without an answer to any of it. */
export async function seedThread(databaseUrl: string, threadId: string, texts: readonly string[]): Promise<void> {
  const db = new Database({ url: databaseUrl, poolMax: 1, timeoutMs: 30_000 });
  try {
    const [thread] = await db.query<Thread>(THREAD, [threadId]);
    if (thread === undefined) throw new Error(`no thread ${threadId}`);
    await db.query(MODE, [threadId, 'off']);
    for (let start = 0; start < texts.length; start += ROWS) {
      const rows = texts.slice(start, start + ROWS).map((text) => ({
        tenantId: thread.tenant_id,
        threadId,
        senderId: thread.created_by,
        clientMessageId: randomUUID(),
        body: { parts: [{ type: 'text' as const, text }] },
      }));
      const refused = (await appendMessages(db, rows)).find(({ status }) => status !== 'appended');
      if (refused !== undefined) throw new Error(`not appended: ${refused.status}`);
    }
    await db.query(MODE, [threadId, 'auto']);
    // The server would do it by itself, some time later.
    await db.query(ANALYZE);
  } finally {
    await db.close();
  }
}
