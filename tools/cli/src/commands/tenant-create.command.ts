import { createTenant } from '@holdfast/conversation';
import { CEILINGS } from '@holdfast/contracts';
import type { Command } from '../command.js';
import { slugOf, textOf } from '../options/option-values.js';
import { withDatabase } from '../with-database.js';

/** Creates a tenant; its people appear with their first token. */
export const tenantCreate: Command = {
  path: 'tenant create',
  summary: 'Create a tenant and print its id',
  positionals: ['slug'],
  options: { name: { value: 'text', summary: 'name for people; by default the slug' } },
  environment: ['DATABASE_URL'],
  async run({ positionals: [given = ''], options }, { out, note, env }) {
    const slug = slugOf(given, '<slug>');
    const name = textOf(options['name'] ?? slug, '--name', CEILINGS.nameUnits);
    const { id } = await withDatabase(env, (database) => createTenant(database, { slug, name }));
    out(id);
    note(`created tenant ${slug}; it has no agent yet: holdfast agent create --tenant ${slug} --help`);
  },
};
