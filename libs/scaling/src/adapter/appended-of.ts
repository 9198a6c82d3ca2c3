import type { LogEvent } from '@holdfast/contracts';
import type { Appended } from '../gate/broadcast-gate.port.js';

function isContiguous(events: readonly unknown[]): events is LogEvent[] {
  let previous: number | undefined;
  for (const event of events) {
    if (typeof event !== 'object' || event === null || !('seq' in event)) return false;
    const { seq } = event;
    if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return false;
    if (previous !== undefined && seq !== previous + 1) return false;
    previous = seq;
  }
  return true;
}

/**
 * The payload of an `events.appended` packet, or undefined for any other or a corrupt one. Checks what the gate lives
 * on; the producer has checked every event against its schema, and once is enough.
 */
export function appendedOf(data: readonly unknown[]): Appended | undefined {
  const [event, payload] = data;
  if (event !== 'events.appended' || typeof payload !== 'object' || payload === null) return undefined;
  const { threadId, epoch, events } = payload as Partial<Record<keyof Appended, unknown>>;
  if (typeof threadId !== 'string' || typeof epoch !== 'string' || !Array.isArray(events)) return undefined;
  return isContiguous(events) ? { threadId, epoch, events } : undefined;
}
