/** Tables without which no conversation goes on, with what this process needs to do with each. */
export const CRITICAL_TABLES: readonly { readonly table: string; readonly privileges: string }[] = [
  { table: 'chat.tenant', privileges: 'SELECT' },
  { table: 'chat.app_user', privileges: 'SELECT, INSERT, UPDATE' },
  { table: 'chat.agent', privileges: 'SELECT' },
  { table: 'chat.thread', privileges: 'SELECT, INSERT, UPDATE' },
  { table: 'chat.member', privileges: 'SELECT, INSERT, UPDATE' },
  { table: 'chat.event', privileges: 'SELECT, INSERT' },
  { table: 'chat.run', privileges: 'SELECT, INSERT, UPDATE' },
  { table: 'chat.run_chunk', privileges: 'SELECT, INSERT' },
  { table: 'chat.read_marker', privileges: 'SELECT, INSERT, UPDATE' },
];

/** One row for each table that is missing, or on which a privilege is. */
export const TABLES_STATEMENT = {
  name: 'health_tables',
  text: `
select wanted.name as table, to_regclass(wanted.name) is null as missing
  from unnest($1::text[], $2::text[]) as wanted (name, privileges)
 where to_regclass(wanted.name) is null
    or not (select bool_and(has_table_privilege(to_regclass(wanted.name), trim(privilege)))
              from unnest(string_to_array(wanted.privileges, ',')) as privilege)`,
};

/** Reads one row of each table, so that a damaged or locked one shows. */
export const READABLE_STATEMENT = {
  name: 'health_readable',
  text: CRITICAL_TABLES.map(({ table }) => `(select 1 from ${table} limit 1)`).join(' union all '),
};
