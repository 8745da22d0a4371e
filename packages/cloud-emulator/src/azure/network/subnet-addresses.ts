import { reservedAddresses } from '../../world/subnet-addresses.js';

/**
 * Number of addresses that a file system of so many capacity steps needs. Five for each object storage server and
 * six for the rest: this reproduces the documented subnet sizes (/27 up to 4 steps, /26 to 10, /25 to 23, /24 to
 * 49, /23 to 100). The true numbers are the provider's own, so callers must ask getRequiredAmlFSSubnetsSize.
 */
export const requiredAddresses = (capacityTiB: number, stepTiB: number): number =>
  6 + 5 * Math.max(1, Math.ceil(capacityTiB / stepTiB));

/** The longest prefix of a subnet in which so many addresses fit, as `/27`. */
export function smallestPrefix(addresses: number): string {
  return `/${32 - Math.ceil(Math.log2(addresses + reservedAddresses))}`;
}
