import { createHash } from 'node:crypto';
import { annotationsOf, labelsOf } from './alert-labels.js';
import type { Dispatch, Sender } from './dispatch.js';

/** How Go writes a time that is not set, and Alertmanager the end of what goes on. */
const UNSET = '0001-01-01T00:00:00Z';

function fingerprintOf(dedupKey: string): string {
  return createHash('sha256').update(dedupKey).digest('hex').slice(0, 16);
}

/**
 * What Alertmanager posts to a webhook, version 4, with one alert in the group. `groupKey` and `fingerprint` stay the same
 * while the severity changes.
 */
export function webhookMessage({ dedupKey, notice, startedAt }: Dispatch, sender: Sender): string {
  const isOver = notice.action === 'resolve';
  const status = isOver ? 'resolved' : 'firing';
  const labels = labelsOf(notice, notice.severity, sender);
  const annotations = annotationsOf(notice);
  const { alertname, slo } = labels;
  const link = sender.linkUrl ?? '';
  return JSON.stringify({
    version: '4',
    groupKey: dedupKey,
    truncatedAlerts: 0,
    status,
    receiver: 'holdfast',
    groupLabels: { alertname, slo },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: link,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: new Date(startedAt).toISOString(),
        endsAt: isOver ? new Date(Math.max(startedAt, notice.at)).toISOString() : UNSET,
        generatorURL: link,
        fingerprint: fingerprintOf(dedupKey),
      },
    ],
  });
}
