import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { DEFAULT_TENANT_ID } from '@holdfast/database';
import { person, say, thread, type Person } from './people.js';
import { BOOT_MS, startRestGateway, type RestGateway } from './rest-harness.js';

const SECRET = 'confession-4d1c';

let gateway: RestGateway;
let anna: Person;
let ben: Person;
let threadId: string;

/** Every row of the database as text. */
async function dump(): Promise<string> {
  const client = new Client({ connectionString: gateway.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const { rows: content } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...content.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  gateway = await startRestGateway();
  [anna, ben] = [await person(gateway, 'anna-lastname'), await person(gateway, 'ben')];
  threadId = await thread(ben, 'Shared', [anna.id]);
  await say(gateway, DEFAULT_TENANT_ID, { sender: anna, threadId }, `my ${SECRET}`, `again ${SECRET}`);
  await say(gateway, DEFAULT_TENANT_ID, { sender: ben, threadId }, 'an answer');
}, BOOT_MS);

afterAll(() => gateway.close());

describe('erasing a person', () => {
  it('finds the words before', async () => {
    expect(await dump()).toContain(SECRET);
    expect((await ben.call(`GET /api/search?q=${SECRET}`)).text).toContain(SECRET);
  });

  it('is refused to others', async () => {
    expect(await ben.call(`DELETE /api/users/${anna.id}`)).toMatchObject({ status: 403 });
  });

  it('leaves none of their words or name anywhere, and the order of the log as it was', async () => {
    const reply = await anna.call(`DELETE /api/users/${anna.id}`);
    expect(reply).toMatchObject({ status: 200, body: { userId: anna.id, erasedMessages: 2 } });
    const everything = await dump();
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain('anna-lastname');
    const exported = await ben.call(`GET /api/threads/${threadId}/export`);
    expect(exported.text).not.toContain(SECRET);
    expect(exported.text).not.toContain('anna-lastname');
    expect(exported.text).toContain('an answer');
    const events = exported.body['events'] as { seq: number }[];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    for (const line of [`GET /api/search?q=${SECRET}`, 'GET /api/users?q=anna', 'GET /api/threads']) {
      expect((await ben.call(line)).text).not.toMatch(/confession|anna-lastname/);
    }
  });

  it('ends their token', async () => {
    const reply = await anna.call('GET /api/me');
    expect([401, 410]).toContain(reply.status);
  });

  it('an operator erases anybody of the tenant, once', async () => {
    const operator = await person(gateway, 'operator', { roles: ['ops'] });
    expect((await operator.call(`DELETE /api/users/${ben.id}`)).status).toBe(200);
    expect([404, 410, 200]).toContain((await operator.call(`DELETE /api/users/${ben.id}`)).status);
  });
});
