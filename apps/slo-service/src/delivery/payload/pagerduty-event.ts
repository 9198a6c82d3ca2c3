import type { Dispatch, Sender } from './dispatch.js';
import { clip } from './clip.js';

/** Bounds of the Events API v2. */
export const PAGERDUTY_LIMITS = { dedupKey: 255, summary: 1_024, bytes: 512 * 1_024 } as const;

/** Room for what PagerDuty adds. */
const MAX_DETAIL_BYTES = PAGERDUTY_LIMITS.bytes / 2;
const MAX_FIELD = 1_024;

function fits(detail: Record<string, unknown>): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(detail)) <= MAX_DETAIL_BYTES;
  } catch {
    return false;
  }
}

/** The event of PagerDuty's Events API v2. A trigger of the same key updates the incident, severity included. */
export function pagerdutyEvent({ dedupKey, notice }: Dispatch, routingKey: string, sender: Sender): string {
  const { summary, title, service, slo, kind, severity, transition, incident, action, at, detail } = notice;
  const facts = { title: clip(title, MAX_FIELD), transition, incident: clip(incident, MAX_FIELD) };
  const payload = {
    summary: clip(summary, PAGERDUTY_LIMITS.summary),
    source: clip(`${sender.environment}/${sender.region}`, MAX_FIELD),
    severity,
    timestamp: new Date(at).toISOString(),
    component: clip(slo, MAX_FIELD),
    group: clip(service, MAX_FIELD),
    class: kind,
    custom_details: fits(detail) ? { ...detail, ...facts } : { ...facts, detail: 'left out: too large' },
  };
  const links = sender.linkUrl === undefined ? {} : { client_url: sender.linkUrl };
  return JSON.stringify({
    routing_key: routingKey,
    event_action: action,
    dedup_key: dedupKey,
    client: 'Holdfast',
    ...links,
    payload,
  });
}
