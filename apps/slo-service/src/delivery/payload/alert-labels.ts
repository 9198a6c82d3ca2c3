import type { AlertNotice } from '../alert-notice.js';
import { clip, clipJson } from './clip.js';
import type { Sender } from './dispatch.js';

const MAX_LABEL = 200;
const MAX_ANNOTATION = 4_000;

const NAMES = { burn: 'HoldfastSloBurn', budget: 'HoldfastSloBudget' } as const;

/** Labels as Prometheus would set them. */
export function labelsOf({ slo, service, kind }: AlertNotice, severity: string, { environment, region }: Sender) {
  const label = (text: string): string => clip(text, MAX_LABEL);
  return {
    alertname: NAMES[kind],
    environment: label(environment),
    kind,
    region: label(region),
    service: label(service),
    severity,
    slo: label(slo),
  };
}

/** What is said of an alert without being part of what it is. */
export function annotationsOf({ summary, title, transition, incident, detail }: AlertNotice) {
  return {
    summary: clip(summary, MAX_ANNOTATION),
    title: clip(title, MAX_LABEL),
    transition,
    incident: clip(incident, MAX_LABEL),
    detail: clipJson(detail, MAX_ANNOTATION),
  };
}
