import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { migrateUp } from './commands/migrate.command.js';
import { tokenCreate } from './commands/token-create.command.js';
import { EXIT, runCli } from './run-cli.js';

const SECRET = 'x'.repeat(32);

async function run(line: readonly string[], env: Record<string, string> = { AUTH_SECRET: SECRET }) {
  const out: string[] = [];
  const notes: string[] = [];
  const context = { env, out: (text: string) => out.push(text), note: (text: string) => notes.push(text) };
  const code = await runCli([tokenCreate, migrateUp], line, context);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

const valid = ['token', 'create', '--tenant', 'default', '--sub', 'anna'];

describe('token create', () => {
  it('prints a token alone on standard output', async () => {
    const { code, out, notes } = await run([...valid, '--name', 'Anna', '--roles', 'ops, audit', '--ttl', '15m']);
    expect(code).toBe(EXIT.ok);
    const claims = decodeJwt(out);
    expect(claims).toMatchObject({
      sub: 'anna',
      tenant: 'default',
      name: 'Anna',
      roles: ['ops', 'audit'],
      iss: 'holdfast',
      aud: 'holdfast',
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
    expect(notes).toMatch(/^valid until \d{4}-/);
  });

  it.each([
    [['--tenant', 'Not A Slug', '--sub', 'a'], /--tenant must be 1 to 63 lower-case/],
    [['--tenant', 'default'], /--sub is required/],
    [['--tenant', 'default', '--sub', 'a', '--ttl', 'soon'], /--ttl must be a duration/],
    [['--tenant', 'default', '--sub', 'a', '--ttl', '400d'], /--ttl must be at most 365d/],
    [['--tenant', 'default', '--sub', 'a', '--colour', 'red'], /--colour/],
    [['--tenant', 'default', '--sub', 'a', 'extra'], /too many arguments/],
  ])('refuses %j', async (options, message) => {
    const { code, out, notes } = await run(['token', 'create', ...options]);
    expect(code).toBe(EXIT.usage);
    expect(out).toBe('');
    expect(notes).toMatch(message);
  });

  it('says which variable is missing or wrong, and never prints a secret', async () => {
    expect(await run(valid, {})).toMatchObject({ code: EXIT.usage, notes: expect.stringMatching(/AUTH_SECRET/) });
    const short = await run(valid, { AUTH_SECRET: 'short-secret' });
    expect(short).toMatchObject({
      code: EXIT.config,
      notes: expect.stringMatching(/AUTH_SECRET must have at least 32/),
    });
    expect(short.notes).not.toContain('short-secret');
  });
});

describe('help', () => {
  it.each([
    [['--help'], EXIT.ok],
    [['help'], EXIT.ok],
    [[], EXIT.usage],
  ])('%j lists the commands', async (line, code) => {
    const result = await run(line);
    expect(result.code).toBe(code);
    expect(result.out).toMatch(/token create .*\n.*migrate up/);
  });

  it('of a command lists its options and variables', async () => {
    const { code, out } = await run(['token', 'create', '--help']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/--ttl <duration>/);
    expect(out).toMatch(/AUTH_SECRET/);
  });

  it('follows an unknown command', async () => {
    const { code, notes } = await run(['token', 'destroy']);
    expect(code).toBe(EXIT.usage);
    expect(notes).toMatch(/no command "token destroy"[^]*token create/);
  });
});

it('tells when the database cannot be reached, without its password', async () => {
  const url = 'postgres://holdfast:hunter2@127.0.0.1:1/x';
  const { code, notes } = await run(['migrate', 'up'], { DATABASE_URL: url });
  expect(code).toBe(EXIT.failed);
  expect(notes).not.toContain('hunter2');
});
