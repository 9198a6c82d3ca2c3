/** The system does not come up: nothing is known about its promises. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
}
