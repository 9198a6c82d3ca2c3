import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '@holdfast/testing';
import { agentCreate } from './commands/agent-create.command.js';
import { migrateStatus, migrateUp } from './commands/migrate.command.js';
import { tenantCreate } from './commands/tenant-create.command.js';
import { EXIT, runCli } from './run-cli.js';

const BOOT_MS = 60_000;
const UUID = /^[0-9a-f-]{36}$/;

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
}, BOOT_MS);

afterAll(() => database.drop());

async function run(line: readonly string[], url = database.url) {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli([tenantCreate, agentCreate, migrateUp, migrateStatus], line, {
    env: { DATABASE_URL: url },
    out: (text) => out.push(text),
    note: (text) => notes.push(text),
  });
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

async function configOf(agentId: string): Promise<unknown> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ config: unknown }>('select config from chat.agent where user_id = $1', [
      agentId,
    ]);
    return rows[0]?.config;
  } finally {
    await client.end();
  }
}

const openai = ['agent', 'create', '--tenant', 'acme', '--provider', 'openai', '--base-url', 'https://llm.example/v1/'];

describe('provisioning', () => {
  it('creates a tenant once', async () => {
    const first = await run(['tenant', 'create', 'acme', '--name', 'Acme']);
    expect(first.code).toBe(EXIT.ok);
    expect(first.out).toMatch(UUID);
    expect(await run(['tenant', 'create', 'acme'])).toMatchObject({
      code: EXIT.failed,
      out: '',
      notes: expect.stringContaining('A tenant with this slug exists.'),
    });
  });

  it('creates an agent that knows the name of its secret, not the secret', async () => {
    const options = [
      '--name',
      'Scribe',
      '--model',
      'm-1',
      '--api-key-secret',
      'HOLDFAST_SECRET_LLM',
      '--tools',
      'thread.search',
    ];
    const { code, out, notes } = await run([...openai, ...options]);
    expect(code).toBe(EXIT.ok);
    expect(notes).toContain('HOLDFAST_SECRET_LLM');
    expect(await configOf(out)).toEqual({
      tools: ['thread.search'],
      baseUrl: 'https://llm.example/v1',
      model: 'm-1',
      apiKeySecret: 'HOLDFAST_SECRET_LLM',
    });
  });

  it.each([
    [['--name', 'A', '--model', 'm', '--api-key-secret', 'sk-live-123'], /must be the name of a variable/],
    [['--name', 'A', '--model', 'm', '--tools', 'shell.run'], /--tools has no "shell.run"/],
    [['--name', 'A'], /--model is required/],
  ])('refuses %j and repeats no key', async (options, message) => {
    const { code, notes } = await run([...openai, ...options]);
    expect(code).toBe(EXIT.usage);
    expect(notes).toMatch(message);
    expect(notes).not.toContain('sk-live');
  });

  it('refuses an agent of an unknown tenant', async () => {
    const line = ['agent', 'create', '--tenant', 'nowhere', '--name', 'G', '--provider', 'guide'];
    expect(await run(line)).toMatchObject({ code: EXIT.failed, notes: expect.stringContaining('No such tenant.') });
  });
});

it(
  'migrates an empty database, tells what waits, and refuses to provision before',
  async () => {
    const empty = await testDatabase({ empty: true });
    try {
      expect((await run(['tenant', 'create', 'early'], empty.url)).notes).toContain('run the migrations first');
      expect((await run(['migrate', 'status'], empty.url)).out).toMatch(
        /^waits {3}[^]*\d+ wait: run holdfast migrate up$/,
      );
      expect((await run(['migrate', 'up'], empty.url)).out).toMatch(/^applied [^]*\d+ applied$/);
      expect((await run(['migrate', 'up'], empty.url)).out).toBe('the schema is up to date');
      expect((await run(['migrate', 'status'], empty.url)).out).toMatch(/^applied [^]*the schema is up to date$/);
      expect((await run(['tenant', 'create', 'later'], empty.url)).code).toBe(EXIT.ok);
    } finally {
      await empty.drop();
    }
  },
  BOOT_MS,
);
