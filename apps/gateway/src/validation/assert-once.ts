import { AppError } from '@holdfast/contracts';

/**
 * Each entry of a list costs a read of its own, so that a repetition would only multiply the work.
 * @throws AppError `invalid`, naming `field`, if `ids` has one twice.
 */
export function assertOnce(field: string, ids: readonly string[]): void {
  if (new Set(ids).size !== ids.length) throw new AppError('invalid', `${field}: must name each entry once`);
}
