/** The name leads to no address that may be connected to. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';

  constructor() {
    super('No address of this host may be connected to.');
  }
}
