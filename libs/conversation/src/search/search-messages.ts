import { partsText, type Part, type SearchPage } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { behind, decodeCursor, encodeCursor, microsOf } from '../cursor.js';
import type { Principal } from '../principal.js';
import { excerptOf } from './excerpt.js';

export interface SearchRequest {
  readonly q: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** This thread only. An agent that searches must name it: it is a member of many people's threads. */
  readonly threadId?: string | undefined;
}

interface Row {
  thread_id: string;
  title: string;
  message_id: string;
  event_id: string;
  seq: number;
  sender_id: string | null;
  parts: Part[] | null;
  at: Date;
  place: string;
  lexemes: string[];
}

// Every word must occur, the way it begins. Backslash and quote are what a quoted lexeme has to escape.
const SEARCH = {
  name: 'messages_search',
  text: `with words as (
           select array_agg(w.lexeme) as lexemes,
                  string_agg('''' || replace(replace(w.lexeme, '\\', '\\\\'), '''', '''''') || ''':*', ' & ')::tsquery as query
           from unnest(to_tsvector('simple', $3)) w
         )
         select e.thread_id, t.title, coalesce(e.target_id, e.id) as message_id, e.id as event_id, o.seq, o.sender_id,
                e.data #> '{body,parts}' as parts, o.at, ${microsOf('o.at')} as place, words.lexemes
         from words
         join chat.event e on to_tsvector('simple', chat.body_text_v1(e.data)) @@ words.query
           and e.current and e.type in ('message.sent', 'message.edited') and e.tenant_id = $1 and e.erased_at is null
         join chat.event o on o.id = coalesce(e.target_id, e.id)
         join chat.thread t on t.id = e.thread_id and t.deleted_at is null
         join chat.member m on m.thread_id = e.thread_id and m.user_id = $2
         where ($4::uuid is null or e.thread_id = $4) and ${behind('o.at', 'o.id', ['$5', '$6'])}
         order by o.at desc, o.id desc
         limit $7`,
};

/**
 * Searches the newest revision of the messages in the principal's threads, the newest message first. Words match from
 * their beginning, and all must occur.
 * @throws AppError `invalid` for a foreign cursor
 */
export async function searchMessages(
  db: Database,
  principal: Principal,
  { q, limit, cursor, threadId }: SearchRequest,
): Promise<SearchPage> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor);
  const place = [from?.at ?? null, from?.id ?? null];
  const { tenantId, userId } = principal;
  const rows = await db.query<Row>(SEARCH, [tenantId, userId, q, threadId ?? null, ...place, limit + 1]);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    hits: page.map((row) => ({
      threadId: row.thread_id,
      threadTitle: row.title,
      messageId: row.message_id,
      seq: row.seq,
      senderId: row.sender_id,
      excerpt: excerptOf(partsText(row.parts ?? []), row.lexemes),
      at: row.at.toISOString(),
    })),
    nextCursor: last === undefined ? null : encodeCursor({ at: last.place, id: last.message_id }),
  };
}
