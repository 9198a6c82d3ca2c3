import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import type { ConnectionRegistry, Location } from '../registry/connection-registry.port.js';
import type { InstanceRelay } from './instance-relay.js';
import { RoutedFanOut } from './routed-fan-out.js';
import type { UserHint } from './user-hint.js';

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
const ADA = { tenantId: 't', userId: 'ada' };
const THREAD = { tenantId: 't', threadId: 'x', memberVersion: 0 };

function fixture(locate: ConnectionRegistry['locate']) {
  const told: string[] = [];
  const inner = {
    toThread: (_target: unknown, event: string) => told.push(`thread ${event}`),
    toUser: (_target: unknown, event: string) => told.push(`all ${event}`),
  };
  const relay = {
    instanceId: 'here',
    send: (to: string, hints: readonly UserHint[]) => told.push(`${to} ${hints.map(({ event }) => event).join(' ')}`),
  } as unknown as InstanceRelay;
  const registry = { isSettled: true, isHere: () => false, locate } as unknown as ConnectionRegistry;
  return { told, fanOut: new RoutedFanOut({ inner, relay, registry, logger }) };
}

function at(instanceId: string): ConnectionRegistry['locate'] {
  const places: readonly Location[] = [{ instanceId, connectionIds: ['x'] }];
  return (users) => Promise.resolve(users.map(() => places));
}

/** The router works in the turn after the one in which it was told. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('RoutedFanOut', () => {
  it('sends hints for a user to where the user is, and what ends a session to all', async () => {
    const { told, fanOut } = fixture(at('there'));
    fanOut.toThread(THREAD, 'thread.closed', { threadId: 'x', reason: 'removed' });
    fanOut.toUser(ADA, 'session.closing', { code: 'erased', mayReconnect: false });
    fanOut.toUser(ADA, 'inbox.updated', { threads: [] });
    fanOut.toUser(ADA, 'inbox.updated', { threads: [] });
    await settled();
    expect(told).toEqual(['thread thread.closed', 'all session.closing', 'there inbox.updated inbox.updated']);
  });

  it('asks once for many hints to one user, and soon again', async () => {
    const asked: string[] = [];
    const { fanOut } = fixture((users) => {
      asked.push(...users.map(({ userId }) => userId));
      return at('there')(users);
    });
    for (let n = 0; n < 50; n += 1) fanOut.toUser(ADA, 'inbox.updated', { threads: [] });
    await settled();
    fanOut.toUser(ADA, 'inbox.updated', { threads: [] });
    await settled();
    expect(asked).toEqual(['ada']);
  });

  it('sends to all what the registry fails on, and nothing that breaks its schema', async () => {
    const { told, fanOut } = fixture(() => Promise.reject(new Error('a fault')));
    fanOut.toUser(ADA, 'inbox.updated', { threads: [] });
    fanOut.toUser(ADA, 'inbox.updated', { threads: 'none' } as never);
    await settled();
    expect(told).toEqual(['all inbox.updated']);
  });
});
