import { createHash } from 'node:crypto';
import type { AlertNotice } from '../alert-notice.js';

/** What PagerDuty takes. */
const MAX_LENGTH = 255;

/**
 * Names one alert to every target, for good: `environment/region/slo/kind`. The severity is no part of it, so that a
 * higher one takes the place of a lower one.
 */
export function dedupKeyOf({ slo, kind }: Pick<AlertNotice, 'slo' | 'kind'>, scope: string): string {
  const key = `${scope}/${slo}/${kind}`;
  return key.length <= MAX_LENGTH ? key : createHash('sha256').update(key).digest('hex');
}
