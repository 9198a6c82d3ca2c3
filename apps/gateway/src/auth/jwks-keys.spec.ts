import { createServer } from 'node:http';
import { expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { JwksKeys } from './jwks-keys.js';

it('asks the provider again after a pause, and calls an unknown key unavailable while that fails', async () => {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }];
  let status = 200;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.statusCode = status;
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    let now = 0;
    const jwks = new JwksKeys(`http://127.0.0.1:${port.toString()}/`, () => now);
    const resolve = (kid: string) => jwks.resolve({ alg: 'RS256', kid }, { payload: '', signature: '' });

    expect(await resolve('one')).toBeDefined();
    status = 503;
    await expect(resolve('two')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(asked).toBe(1);
    now += 60_000;
    await expect(resolve('two')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(asked).toBe(2);
    await expect(resolve('two')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toBe(2);
    expect(await resolve('one')).toBeDefined();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
