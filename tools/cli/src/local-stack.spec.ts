import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localStack } from './local-stack.js';

describe('the stack of this folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
    mkdirSync(join(folder, '.holdfast'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (text: string) => {
    writeFileSync(join(folder, '.holdfast', 'launcher.json'), text);
  };

  it('is reached by what the launcher wrote down', () => {
    write(JSON.stringify({ pid: 1, environment: { DATABASE_URL: 'postgres://here/holdfast', PORT: 1 } }));
    expect(localStack(folder)).toEqual({ DATABASE_URL: 'postgres://here/holdfast' });
  });

  it.each(['', '{', 'null', '{"pid":1}', '{"environment":null}'])('is absent where the launcher wrote %j', (text) => {
    write(text);
    expect(localStack(folder)).toEqual({});
  });

  it('is absent where nothing was started', () => {
    expect(localStack(join(folder, 'elsewhere'))).toEqual({});
  });
});
