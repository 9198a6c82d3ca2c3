import { flag, integer, text } from '../rules.js';
import { optional, variable } from '../variable.js';

export const gatewaySection = {
  pollMs: variable({
    name: 'POLL_MS',
    schema: integer(100, 60_000),
    fallback: '2000',
    summary: 'Interval of the Postgres poll that repairs lost hints, in ms; halved while Redis is away.',
  }),
  appendLanes: variable({
    name: 'APPEND_LANES',
    schema: integer(1, 16),
    fallback: '2',
    summary: 'Group-commit lanes; each has one batch in flight.',
  }),
  webRoot: optional({
    name: 'WEB_ROOT',
    schema: text,
    summary: 'Folder of the built web app; absent = serve no page.',
  }),
  guestTenant: variable({
    name: 'GUEST_TENANT',
    schema: text,
    fallback: 'default',
    summary: 'Slug of the tenant that guests join.',
  }),
  requestTimeoutMs: variable({
    name: 'REQUEST_TIMEOUT_MS',
    schema: integer(100, 300_000),
    fallback: '10000',
    summary: 'Deadline of one HTTP request, in ms; an export may take twelve times as long.',
  }),
  rebalance: variable({
    name: 'REBALANCE',
    schema: flag,
    fallback: 'true',
    summary: 'Hand idle sockets off while this gateway has 20 % more than the mean of all; false = never.',
  }),
  rebalanceIdleMs: variable({
    name: 'REBALANCE_IDLE_MS',
    schema: integer(500, 600_000),
    fallback: '15000',
    summary: 'Silence after which a socket may be handed off to another gateway, in ms.',
  }),
};
