import { InstanceDetail } from '@holdfast/contracts';
import * as z from 'zod/mini';
import { countIgnored } from './ignored.js';

/** An instance's own words; how old they are, only Redis knows. */
const Heartbeat = z.omit(InstanceDetail, { ageMs: true });
export type Heartbeat = z.infer<typeof Heartbeat>;

/** What an instance said, or undefined for anything else. */
export function parseHeartbeat(text: string): Heartbeat | undefined {
  const parsed = Heartbeat.safeParse(json(text));
  if (parsed.success) return parsed.data;
  countIgnored();
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
