import type { DeliveryTimes } from './delivery-options.js';
import type { AlertTarget } from './targets/alert-target.port.js';

/** What the options come to: who takes notices, and when. */
export interface DeliverySettings {
  /** Everybody who may be sent to. */
  readonly targets: readonly AlertTarget[];
  /** Name of the one that is held in reserve. */
  readonly fallback: string | undefined;
  /** Beginning of every key, `environment/region`. */
  readonly scope: string;
  readonly times: DeliveryTimes;
  /** How long a shutdown waits for sends under way, in ms. */
  readonly drainMs: number;
}

/** Injection token of the process's {@link DeliverySettings}. */
export const DELIVERY_SETTINGS = Symbol('DELIVERY_SETTINGS');

/** The label in metrics of the target with this name. */
export function kindOf({ targets }: DeliverySettings, name: string): string {
  return targets.find((target) => target.name === name)?.kind ?? 'unknown';
}
