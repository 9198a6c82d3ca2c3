import * as z from 'zod/mini';
import { flag, integer, urlOf } from '../rules.js';
import { optional, variable, type FallbackContext } from '../variable.js';

const FALLBACKS = ['none', 'pagerduty', 'slack', 'webhook', 'alertmanager'] as const;

/** People who develop do not wait for minutes. */
const inDevelopment =
  (short: string, usual: string) =>
  ({ environment }: FallbackContext): string =>
    environment === 'development' || environment === 'test' ? short : usual;

/** Where alerts go, besides the log. Addresses of hooks open them to whoever knows them, so they are secrets. */
export const alertsSection = {
  pagerdutyRoutingKey: optional({
    name: 'ALERT_PAGERDUTY_ROUTING_KEY',
    schema: z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 characters without blanks')),
    secret: true,
    summary: 'Integration key of a PagerDuty service (Events API v2); it receives every alert.',
  }),
  pagerdutyUrl: variable({
    name: 'ALERT_PAGERDUTY_URL',
    schema: urlOf('https', 'http'),
    fallback: 'https://events.pagerduty.com/v2/enqueue',
    summary: 'Where PagerDuty takes events; another one in its EU region.',
  }),
  slackUrl: optional({
    name: 'ALERT_SLACK_WEBHOOK_URL',
    schema: urlOf('https', 'http'),
    secret: true,
    summary: 'Incoming webhook of a Slack channel.',
  }),
  webhookUrl: optional({
    name: 'ALERT_WEBHOOK_URL',
    schema: urlOf('https', 'http'),
    secret: true,
    summary: "Takes alerts as the JSON of Alertmanager's webhook (version 4), signed as Standard Webhooks does.",
  }),
  webhookSecret: optional({
    name: 'ALERT_WEBHOOK_SECRET',
    schema: z.string().check(z.minLength(32, 'must have at least 32 characters')),
    secret: true,
    summary: 'Key of the signature on what goes to ALERT_WEBHOOK_URL: any text, or `whsec_` and base64.',
  }),
  alertmanagerUrl: optional({
    name: 'ALERT_ALERTMANAGER_URL',
    schema: urlOf('https', 'http'),
    secret: true,
    summary: 'Alertmanager to push alerts to, without `/api/v2/alerts`.',
  }),
  evaluateEveryMs: variable({
    name: 'ALERT_EVALUATE_EVERY_MS',
    schema: integer(5_000, 60_000),
    fallback: '15000',
    summary: 'Between two evaluations of each SLO, in ms; two in a row have to see a breach.',
  }),
  recoverMs: variable({
    name: 'ALERT_RECOVER_MS',
    schema: integer(0, 3_600_000),
    fallback: '120000',
    summary: 'How long all rules of an alert have to be clear before it ends, in ms. Short ones make it flap.',
  }),
  minFiringMs: variable({
    name: 'ALERT_MIN_FIRING_MS',
    schema: integer(0, 3_600_000),
    fallback: '300000',
    summary: 'How long an alert lasts at least, in ms.',
  }),
  fallback: variable({
    name: 'ALERT_FALLBACK',
    schema: z.enum(FALLBACKS, `must be one of ${FALLBACKS.join(', ')}`),
    fallback: 'none',
    summary: 'Target held in reserve: it gets only critical alerts that another one has not taken within 3 minutes.',
  }),
  groupWaitMs: variable({
    name: 'ALERT_GROUP_WAIT_MS',
    schema: integer(0, 120_000),
    fallback: inDevelopment('1000', '30000'),
    fallbackText: '30000; 1000 in development and test',
    summary:
      'How long the first alerts of a service, and critical ones at any time, wait for others to tell with them.',
  }),
  groupIntervalMs: variable({
    name: 'ALERT_GROUP_INTERVAL_MS',
    schema: integer(0, 43_200_000),
    fallback: inDevelopment('5000', '300000'),
    fallbackText: '300000; 5000 in development and test',
    summary: 'Pause between two messages about one service, in ms. Critical alerts do not wait for it.',
  }),
  repeatIntervalMs: variable({
    name: 'ALERT_REPEAT_INTERVAL_MS',
    schema: integer(1_000, 604_800_000),
    fallback: '14400000',
    summary: 'After how long the alerts of a service that still fire are told of again, in ms.',
  }),
  allowPrivateTargets: variable({
    name: 'ALERT_ALLOW_PRIVATE_TARGETS',
    schema: flag,
    fallback: 'false',
    summary:
      'Whether targets may have addresses of private networks and of this machine, and then be plain HTTP outside ' +
      'development too. Link-local and metadata addresses stay refused.',
  }),
  linkUrl: optional({
    name: 'ALERT_LINK_URL',
    schema: urlOf('https', 'http'),
    summary: 'Page that alerts link to.',
  }),
};
