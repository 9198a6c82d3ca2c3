import { annotationsOf, labelsOf } from './alert-labels.js';
import type { Dispatch, Sender } from './dispatch.js';

const SEVERITIES = ['critical', 'warning'] as const;

export interface PushOptions {
  /** Now, ms since the Unix epoch. */
  readonly now: number;
  /** How long Alertmanager takes the alert for firing without hearing of it again, in ms. */
  readonly holdMs: number;
}

/**
 * What Alertmanager takes at `/api/v2/alerts`. It knows an alert by its labels, and the severity is one: the alert of the
 * other severity ends with the same request. Ending one that it never knew tells nobody anything.
 */
export function pushedAlerts({ notice, startedAt }: Dispatch, sender: Sender, { now, holdMs }: PushOptions): string {
  const over = Math.max(startedAt, notice.at);
  const alerts = SEVERITIES.map((severity) => {
    const goesOn = notice.action === 'trigger' && severity === notice.severity;
    return {
      labels: labelsOf(notice, severity, sender),
      annotations: annotationsOf(notice),
      startsAt: new Date(startedAt).toISOString(),
      endsAt: new Date(goesOn ? Math.max(now, startedAt) + holdMs : over).toISOString(),
      generatorURL: sender.linkUrl ?? '',
    };
  });
  return JSON.stringify(alerts);
}
