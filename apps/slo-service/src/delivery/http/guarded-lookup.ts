import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { AddressRefusedError } from './address-refused.error.js';

/** Finds all addresses of a name; the system's way by default. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const resolveBySystem: Resolve = (hostname, options, callback) => {
  systemLookup(hostname, options, callback);
};

function familyOf(family: number | 'IPv4' | 'IPv6' | undefined): number {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : (family ?? 0);
}

/**
 * A `lookup` for sockets that passes on only addresses which `isAllowed`. What it passes on is what gets connected to, so
 * a name whose answer changes in between gains nothing.
 */
export function guardedLookup(
  isAllowed: (address: string) => boolean,
  resolve: Resolve = resolveBySystem,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true, family: familyOf(options.family) }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const [first, ...others] = addresses.filter(({ address }) => isAllowed(address));
      if (first === undefined) callback(new AddressRefusedError(), '', 0);
      else if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
