/** The stack cannot start or go on; the message is one sentence for a person and names the remedy. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
