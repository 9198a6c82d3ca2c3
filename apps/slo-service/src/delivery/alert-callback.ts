import type { AlertNotice } from './alert-notice.js';

/** Injection token of the {@link AlertCallback}s of this process; provide an array of them in a global module. */
export const ALERT_CALLBACKS = Symbol('ALERT_CALLBACKS');

export interface CallbackContext {
  /** Stays the same for all notices of one alert. */
  readonly dedupKey: string;
  /** Fires when the callback has taken too long, or the process ends. */
  readonly signal: AbortSignal;
}

/** Code of an app that hears of alerts: off the path of evaluation, at least once, in order, and again if it fails. */
export interface AlertCallback {
  /** Names it among all callbacks, in every replica and release alike: 1 to 40 letters, digits or hyphens. */
  readonly name: string;
  onAlert(notice: AlertNotice, context: CallbackContext): unknown;
}
