import { describe, expect, it } from '@jest/globals';
import { RPC, type AppName } from '@holdfast/contracts';
import { assertRpcHandlers, rpcNamesOf } from './assert-rpc-handlers.js';

const APPS: AppName[] = ['gateway', 'agent-worker', 'slo-service'];

describe('assertRpcHandlers', () => {
  it('is content with every declared pattern of an app, once', () => {
    for (const app of APPS) {
      const handlers = rpcNamesOf(app).map((name) => ({ name, kind: RPC[name].kind }));
      expect(() => assertRpcHandlers(app, handlers)).not.toThrow();
    }
  });

  it('names an undeclared pattern and one of the wrong kind', () => {
    expect(() => assertRpcHandlers('slo-service', [{ name: 'no.such', kind: 'rpc' }])).toThrow('"no.such"');
    expect(() => assertRpcHandlers('slo-service', [{ name: 'service.info', kind: 'hint' }])).toThrow(
      'slo-service handles "service.info" as hint, but it is a rpc',
    );
  });
});
