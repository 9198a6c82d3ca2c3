import * as z from 'zod/mini';
import {
  CHAT_NAMESPACE,
  COMMANDS,
  MIN_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  SERVER_EVENTS,
  WireError,
} from '@holdfast/contracts';
import type { JsonSchema } from './json-schema.js';
import { SchemaComponents } from './schema-components.js';

const DESCRIPTION =
  'Socket protocol of Holdfast over Socket.IO 4: WebSocket transport, the token in the handshake `auth.token` and the ' +
  'protocol version in `auth.protocol`. Each command is an event with one payload and an acknowledgement, ' +
  '`{ok: true, ...reply}` or `{ok: false, error}`. The reply messages here are what the acknowledgement carries.';

const Failure = z.object({ ok: z.literal(false), error: WireError });

type Section = Record<string, JsonSchema>;

/** `message.send` as a component name. */
function idOf(name: string, suffix = ''): string {
  return `${name.replace(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase())}${suffix}`;
}

function message(name: string, title: string, payload: JsonSchema): JsonSchema {
  return { name, title, contentType: 'application/json', payload };
}

function reference(section: string, id: string): JsonSchema {
  return { $ref: `#/components/${section}/${id}` };
}

/** The AsyncAPI 3.0 document of the socket edge, derived from the declared commands and events. */
export function asyncApiDocument(version: string): JsonSchema {
  const components = new SchemaComponents();
  const failure = components.refer(Failure, 'Failure');
  const messages: Section = {};
  const channels: Record<string, JsonSchema> = {};
  const operations: Section = {};

  for (const [name, { summary, request, reply }] of Object.entries(COMMANDS)) {
    const [requestId, replyId] = [idOf(name), idOf(name, 'Reply')];
    const ok = { type: 'object', properties: { ok: { const: true } }, required: ['ok'] };
    const success = { allOf: [ok, components.refer(reply, `${replyId}Body`)] };
    messages[requestId] = message(name, summary, components.refer(request, `${requestId}Request`));
    messages[replyId] = message(`${name} acknowledgement`, `Answer to ${name}`, { oneOf: [success, failure] });
    channels[requestId] = {
      address: name,
      title: summary,
      messages: { [requestId]: reference('messages', requestId), [replyId]: reference('messages', replyId) },
    };
    operations[requestId] = {
      action: 'receive',
      summary,
      channel: { $ref: `#/channels/${requestId}` },
      messages: [{ $ref: `#/channels/${requestId}/messages/${requestId}` }],
      reply: {
        channel: { $ref: `#/channels/${requestId}` },
        messages: [{ $ref: `#/channels/${requestId}/messages/${replyId}` }],
      },
    };
  }
  for (const [name, schema] of Object.entries(SERVER_EVENTS)) {
    const id = idOf(name);
    messages[id] = message(name, name, components.refer(schema, `${id}Event`));
    channels[id] = { address: name, messages: { [id]: reference('messages', id) } };
    operations[id] = {
      action: 'send',
      channel: { $ref: `#/channels/${id}` },
      messages: [{ $ref: `#/channels/${id}/messages/${id}` }],
    };
  }
  return {
    asyncapi: '3.0.0',
    info: { title: 'Holdfast sockets', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    'x-protocol': { version: PROTOCOL_VERSION, oldest: MIN_PROTOCOL_VERSION, namespace: CHAT_NAMESPACE },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { schemas: components.toJson(), messages },
  };
}
