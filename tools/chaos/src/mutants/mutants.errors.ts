/** A mutant that cannot be made: the code that it changes is no longer what its patch expects. */
export class MutantsError extends Error {
  override readonly name = 'MutantsError';
}
