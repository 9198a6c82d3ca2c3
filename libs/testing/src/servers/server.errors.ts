/** A server cannot be started; the message is one sentence for a person and names the remedy. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
