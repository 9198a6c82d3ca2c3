import { integer, urlOf } from '../rules.js';
import { variable } from '../variable.js';

export const databaseSection = {
  url: variable({
    name: 'DATABASE_URL',
    schema: urlOf('postgres', 'postgresql'),
    secret: true,
    summary: 'Postgres 15 or newer; `holdfast migrate up` makes the schemas chat, slo and ops in it.',
  }),
  poolMax: variable({
    name: 'DATABASE_POOL_MAX',
    schema: integer(1, 200),
    fallback: '10',
    summary: 'Most connections of one process.',
  }),
  timeoutMs: variable({
    name: 'DATABASE_TIMEOUT_MS',
    schema: integer(100, 60_000),
    fallback: '2500',
    summary: 'Deadline of one database call, waiting for a connection included, in ms; past it the outcome is unknown.',
  }),
};
