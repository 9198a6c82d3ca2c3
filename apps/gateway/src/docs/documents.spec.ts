import { describe, expect, it } from '@jest/globals';
import { COMMANDS, SERVER_EVENTS } from '@holdfast/contracts';
import { ENDPOINTS } from '../http/endpoints/endpoints.js';
import { asyncApiDocument } from './async-api.js';
import { openApiDocument } from './open-api.js';

type Tree = Record<string, unknown>;

function references(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(references);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : references(value),
  );
}

function resolve(document: unknown, reference: string): unknown {
  const keys = reference.replace(/^#\//, '').split('/');
  return keys.reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], document);
}

describe.each([
  ['OpenAPI', openApiDocument('1.2.3')],
  ['AsyncAPI', asyncApiDocument('1.2.3')],
])('%s', (_, document) => {
  it('has no reference that leads nowhere', () => {
    const all = [...new Set(references(document))];
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((reference) => resolve(document, reference) === undefined)).toEqual([]);
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('OpenAPI', () => {
  const { paths } = openApiDocument('1.2.3') as { paths: Record<string, Record<string, Tree>> };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));

  it('describes every endpoint with summary, reply and error shape', () => {
    const byId = new Map(operations.map((operation) => [operation['operationId'], operation]));
    for (const [name, { status, summary }] of Object.entries(ENDPOINTS)) {
      const operation = byId.get(name);
      expect(operation).toMatchObject({ summary, responses: { [status.toString()]: {}, '500': {} } });
    }
  });

  it('tells query parameters with their ranges and defaults', () => {
    const parameters = paths['/api/threads']?.['get']?.['parameters'];
    expect(parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
  });

  it('lets replies grow by fields', () => {
    expect(JSON.stringify(openApiDocument('1')['components'])).not.toContain('"additionalProperties":false');
  });
});

it('AsyncAPI has an operation for every command, with reply, and for every event', () => {
  const { operations, channels } = asyncApiDocument('1') as { operations: Tree; channels: Record<string, Tree> };
  const addresses = Object.values(channels).map((channel) => channel['address']);
  expect(addresses.sort()).toEqual([...Object.keys(COMMANDS), ...Object.keys(SERVER_EVENTS)].sort());
  const received = Object.values(operations).filter((one) => (one as Tree)['action'] === 'receive');
  expect(received).toHaveLength(Object.keys(COMMANDS).length);
  expect(received.every((one) => (one as Tree)['reply'] !== undefined)).toBe(true);
});
