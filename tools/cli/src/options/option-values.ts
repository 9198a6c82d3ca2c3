import { isStorableText } from '@holdfast/contracts';
import { UsageError } from '../usage.errors.js';
import type { CommandInput } from '../command.js';

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DURATION = /^(\d{1,9})(s|m|h|d)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** The value of an option that the command declares as required. */
export function required({ options }: CommandInput, name: string): string {
  const value = options[name];
  if (value === undefined || value.trim() === '') throw new UsageError(`--${name} is required`);
  return value;
}

/** Text of 1 to `max` UTF-16 units that Postgres can store. */
export function textOf(value: string, label: string, max: number): string {
  const text = value.trim();
  if (text === '' || text.length > max) throw new UsageError(`${label} must have 1 to ${max.toString()} characters`);
  if (!isStorableText(text)) throw new UsageError(`${label} must not contain NUL or lone surrogates`);
  return text;
}

/** A tenant's slug: part of tokens and log lines. */
export function slugOf(value: string, label: string): string {
  if (!SLUG.test(value)) {
    throw new UsageError(
      `${label} must be 1 to 63 lower-case letters, digits and dashes, not ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/** Comma-separated names; empty ones are dropped. */
export function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A duration such as `90s`, `15m`, `12h` or `30d`, in seconds. */
export function secondsOf(value: string, label: string, max: number): number {
  const [, count = '', unit = ''] = DURATION.exec(value) ?? [];
  const seconds = Number(count) * (SECONDS[unit] ?? 0);
  if (seconds < 1)
    throw new UsageError(`${label} must be a duration such as 15m, 12h or 30d, not ${JSON.stringify(value)}`);
  if (seconds > max) throw new UsageError(`${label} must be at most ${(max / 86_400).toString()}d`);
  return seconds;
}

/** A whole number in a range. */
export function integerOf(value: string, label: string, [min, max]: readonly [number, number]): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new UsageError(`${label} must be a whole number from ${min.toString()} to ${max.toString()}`);
  }
  return number;
}
