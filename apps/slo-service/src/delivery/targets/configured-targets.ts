import type { Logger } from '@holdfast/observability';
import type { AlertCallback } from '../alert-callback.js';
import type { DeliveryOptions, DeliveryTimes } from '../delivery-options.js';
import type { NetworkPolicy } from '../http/address-rule.js';
import { pagerdutyEvent } from '../payload/pagerduty-event.js';
import { pushedAlerts } from '../payload/pushed-alerts.js';
import { signatureHeaders } from '../payload/sign-webhook.js';
import { SLACK_LIMITS, slackMessage } from '../payload/slack-message.js';
import { WEBHOOK_ALERTS, webhookMessage } from '../payload/webhook-message.js';
import type { Sender } from '../payload/dispatch.js';
import type { AlertTarget } from './alert-target.port.js';
import { CallbackTarget } from './callback.target.js';
import { HttpTarget, type HttpTargetOptions } from './http.target.js';
import { LogTarget } from './log.target.js';

const PACE = { concurrency: 4, gapMs: 0 };
/** About one message a second per channel. */
const SLACK_PACE = { concurrency: 1, gapMs: 1_000 };

/** Reminders that Alertmanager may miss before it takes an alert for over. */
const MISSED_REMINDERS = 4;
const RESOLVED_FOR_MS = 300_000;

const ALERTS_PATH = '/api/v2/alerts';

function httpTargets({ alerts }: DeliveryOptions, sender: Sender, times: DeliveryTimes): HttpTargetOptions[] {
  const { remindMs, repeatMs } = times;
  const { pagerdutyRoutingKey, pagerdutyUrl, slackUrl, webhookUrl, webhookSecret, alertmanagerUrl } = alerts;
  const repeat = { everyMs: repeatMs, resolvedForMs: 0 };
  const targets: HttpTargetOptions[] = [];
  if (pagerdutyRoutingKey !== undefined) {
    const compose: HttpTargetOptions['compose'] = (dispatch) => {
      return { url: pagerdutyUrl, body: pagerdutyEvent(dispatch, pagerdutyRoutingKey, sender) };
    };
    targets.push({ name: 'pagerduty', pace: PACE, compose });
  }
  if (slackUrl !== undefined) {
    const compose: HttpTargetOptions['compose'] = (dispatch) => ({
      url: slackUrl,
      body: slackMessage(dispatch, sender),
    });
    targets.push({ name: 'slack', pace: SLACK_PACE, reminder: repeat, groupOf: SLACK_LIMITS.alerts, compose });
  }
  if (webhookUrl !== undefined && webhookSecret !== undefined) {
    const compose: HttpTargetOptions['compose'] = (dispatch) => {
      const body = webhookMessage(dispatch, sender);
      const id = `${sender.environment}-${sender.region}-${dispatch.id}`;
      return { url: webhookUrl, body, headers: signatureHeaders(webhookSecret, { id, now: Date.now() }, body) };
    };
    targets.push({ name: 'webhook', pace: PACE, reminder: repeat, groupOf: WEBHOOK_ALERTS, compose });
  }
  if (alertmanagerUrl !== undefined) {
    const url = new URL(alertmanagerUrl);
    url.pathname = url.pathname.replace(/\/+$/, '') + ALERTS_PATH;
    const compose: HttpTargetOptions['compose'] = (dispatch) => {
      const options = { now: Date.now(), holdMs: remindMs * MISSED_REMINDERS };
      return { url: url.href, body: pushedAlerts(dispatch, sender, options) };
    };
    const reminder = { everyMs: remindMs, resolvedForMs: RESOLVED_FOR_MS };
    targets.push({ name: 'alertmanager', pace: PACE, reminder, compose });
  }
  return targets;
}

/** Parts that every target is made from. */
export interface TargetParts {
  readonly callbacks: readonly AlertCallback[];
  readonly times: DeliveryTimes;
  readonly logger: Logger;
}

/** Everybody who takes notices, by the configuration: the log always does. */
export function configuredTargets(options: DeliveryOptions, { callbacks, times, logger }: TargetParts): AlertTarget[] {
  const { environment, region, alerts } = options;
  const sender: Sender = { environment, region, linkUrl: alerts.linkUrl };
  const policy: NetworkPolicy = {
    allowPrivate: alerts.allowPrivateTargets,
    allowPlain: environment === 'development' || environment === 'test',
  };
  return [
    new LogTarget(logger),
    ...httpTargets(options, sender, times).map((each) => new HttpTarget(each, { policy, timeoutMs: times.sendMs })),
    ...callbacks.map((callback) => new CallbackTarget(callback, times.sendMs)),
  ];
}
