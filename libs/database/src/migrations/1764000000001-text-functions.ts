import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- The visible text of a message, bounded because a tsvector is.
create function chat.body_text_v1(data jsonb) returns text
language sql immutable parallel safe
return left((
  select string_agg(part ->> 'text', ' ' order by position)
  from jsonb_array_elements(case jsonb_typeof(data #> '{body,parts}') when 'array' then data #> '{body,parts}' else '[]' end)
    with ordinality as parts (part, position)
  where part ->> 'type' = 'text'
), 100000);

-- Whether the text of a message addresses '@name', as a whole word.
create function chat.mentions_v1(data jsonb, name text) returns boolean
language sql immutable parallel safe
return coalesce(chat.body_text_v1(data) ~* (
  '(^|[^[:alnum:]_])@' || regexp_replace(name, '([].^$*+?(){}|\\\\[-])', '\\\\\\1', 'g') || '($|[^[:alnum:]_])'
), false);

create index event_search_idx on chat.event using gin (to_tsvector('simple', chat.body_text_v1(data)))
  where current and type in ('message.sent', 'message.edited');
`;

const DOWN = `
drop index chat.event_search_idx;
drop function chat.mentions_v1(jsonb, text);
drop function chat.body_text_v1(jsonb);
`;

/** What Postgres has to know about the text of a message: search and mentions. */
export class TextFunctions1764000000001 implements MigrationInterface {
  readonly name = 'TextFunctions1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
