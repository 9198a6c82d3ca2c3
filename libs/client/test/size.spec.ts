import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const LIMIT_KIB = 60;
const script = fileURLToPath(new URL('bundle-size.mjs', import.meta.url));

describe('the client as a bundle', () => {
  it(`stays under ${String(LIMIT_KIB)} KiB gzipped, Socket.IO and contracts included`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 50_000 });
    const kib = Number(stdout) / 1_024;
    expect(kib).toBeGreaterThan(15);
    expect(kib).toBeLessThan(LIMIT_KIB);
  }, 60_000);
});
