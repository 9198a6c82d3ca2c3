import { createHash } from 'node:crypto';
import type { AlertNotice } from '../alert-notice.js';

/** What PagerDuty takes. */
const MAX_LENGTH = 255;

/**
 * Names one alert to every target, for good: `environment/region/slo/kind`. The severity is no part of it, so that a
 * higher one takes the place of a lower one.
 */
export function dedupKeyOf({ slo, kind }: Pick<AlertNotice, 'slo' | 'kind'>, scope: string): string {
  return bounded(`${scope}/${slo}/${kind}`);
}

/** Names the alerts that are told of together, for good: `environment/region/service`. */
export function groupKeyOf({ service }: Pick<AlertNotice, 'service'>, scope: string): string {
  return bounded(`${scope}/${service}`);
}

function bounded(key: string): string {
  return key.length <= MAX_LENGTH ? key : createHash('sha256').update(key).digest('hex');
}
