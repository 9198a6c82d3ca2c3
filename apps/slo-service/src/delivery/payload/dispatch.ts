import type { AlertNotice } from '../alert-notice.js';

/** A notice on its way to one target. */
export interface Dispatch {
  /** Stays the same however often it is sent. */
  readonly id: string;
  /** Stays the same for all notices of one alert, so that a later one takes the place of an earlier one. */
  readonly dedupKey: string;
  readonly notice: AlertNotice;
  /** When the incident began, ms since the Unix epoch. */
  readonly startedAt: number;
  /** The alerts that are told of with it, to a target that takes many at once. */
  readonly group?: DispatchGroup;
}

/** What one message tells of besides. */
export interface DispatchGroup {
  /** Stays the same for all messages of the group. */
  readonly key: string;
  readonly others: readonly Omit<Dispatch, 'group'>[];
  /** Alerts that the message has no room for; they go on firing, and were told of before. */
  readonly leftOut: number;
}

/** What every message says of its sender. */
export interface Sender {
  readonly environment: string;
  readonly region: string;
  /** Page to link to. */
  readonly linkUrl: string | undefined;
}
