import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { canMakeCertificates, makeCertificates } from '@holdfast/testing';
import { postJson } from '../src/delivery/http/post.js';

const withOpenssl = canMakeCertificates() ? it : it.skip;

describe('a target that nobody vouches for', () => {
  withOpenssl('is sent nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'delivery-tls-'));
    const { cert, key } = makeCertificates(folder);
    let requests = 0;
    const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (_request, response) => {
      requests += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const result = await postJson(
        { url: `https://localhost:${String(port)}/hook`, body: '{}' },
        {
          policy: { allowPrivate: true, allowPlain: false },
          timeoutMs: 5_000,
          signal: new AbortController().signal,
        },
      );
      expect(result).toEqual({ kind: 'failed', code: 'network' });
      expect(requests).toBe(0);
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});
