import { createHash } from 'node:crypto';
import { annotationsOf, labelsOf } from './alert-labels.js';
import type { Dispatch, Sender } from './dispatch.js';

/** Alerts of one message; what has no room is counted. */
export const WEBHOOK_ALERTS = 30;

/** How Go writes a time that is not set, and Alertmanager the end of what goes on. */
const UNSET = '0001-01-01T00:00:00Z';

type Texts = Readonly<Record<string, string>>;

function fingerprintOf(dedupKey: string): string {
  return createHash('sha256').update(dedupKey).digest('hex').slice(0, 16);
}

function alertOf({ dedupKey, notice, startedAt }: Omit<Dispatch, 'group'>, sender: Sender) {
  const isOver = notice.action === 'resolve';
  return {
    status: isOver ? 'resolved' : 'firing',
    labels: labelsOf(notice, notice.severity, sender),
    annotations: annotationsOf(notice),
    startsAt: new Date(startedAt).toISOString(),
    endsAt: isOver ? new Date(Math.max(startedAt, notice.at)).toISOString() : UNSET,
    generatorURL: sender.linkUrl ?? '',
    fingerprint: fingerprintOf(dedupKey),
  };
}

function inCommon([first = {}, ...others]: readonly Texts[]): Texts {
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((other) => other[name] === value)),
  );
}

/**
 * What Alertmanager posts to a webhook, version 4: what is new in the group, and what goes on firing. `groupKey` and each
 * alert's `fingerprint` stay the same while the severity changes.
 */
export function webhookMessage(dispatch: Dispatch, sender: Sender): string {
  const { group } = dispatch;
  const alerts = [dispatch, ...(group?.others ?? [])].map((each) => alertOf(each, sender));
  const { service } = labelsOf(dispatch.notice, dispatch.notice.severity, sender);
  return JSON.stringify({
    version: '4',
    groupKey: group?.key ?? dispatch.dedupKey,
    truncatedAlerts: group?.leftOut ?? 0,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'holdfast',
    groupLabels: { service },
    commonLabels: inCommon(alerts.map(({ labels }) => labels)),
    commonAnnotations: inCommon(alerts.map(({ annotations }) => annotations)),
    externalURL: sender.linkUrl ?? '',
    alerts,
  });
}
