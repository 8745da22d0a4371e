/** Number of addresses at the start of a subnet that Azure keeps; it keeps the last one too. */
const reservedAtStart = 4;
const reserved = 5;

/** IPv4 addresses of one subnet: those in use, and the number that is left. */
export class SubnetAddresses {
  /** Addresses that can be used at all. */
  readonly limit: number;
  readonly #base: number;
  readonly #taken = new Set<number>();
  #cursor: number;

  /** @param prefix IPv4 CIDR. @param used how many of the first usable addresses are taken already. */
  constructor(
    readonly prefix: string,
    used: number,
  ) {
    const [address = '', length = ''] = prefix.split('/');
    this.#base = toNumber(address);
    this.limit = 2 ** (32 - Number(length)) - reserved;
    for (let index = 0; index < used; index += 1) this.#taken.add(index);
    this.#cursor = used;
  }

  get used(): number {
    return this.#taken.size;
  }

  get free(): number {
    return this.limit - this.#taken.size;
  }

  /** Takes so many addresses, or none where there are not enough. An address that was released lately comes last, so
   * that two file systems that follow each other do not look alike. */
  take(count: number): readonly string[] | undefined {
    if (count > this.free) return undefined;
    const addresses: string[] = [];
    while (addresses.length < count) {
      const index = this.#cursor % this.limit;
      this.#cursor = index + 1;
      if (this.#taken.has(index)) continue;
      this.#taken.add(index);
      addresses.push(toText(this.#base + reservedAtStart + index));
    }
    return addresses;
  }

  release(addresses: readonly string[]): void {
    for (const address of addresses) this.#taken.delete(toNumber(address) - this.#base - reservedAtStart);
  }
}

/**
 * Number of addresses that a file system of so many capacity steps needs. Five for each object storage server and
 * six for the rest: this reproduces the documented subnet sizes (/27 up to 4 steps, /26 to 10, /25 to 23, /24 to
 * 49, /23 to 100). The true numbers are the provider's own, so callers must ask getRequiredAmlFSSubnetsSize.
 */
export const requiredAddresses = (capacityTiB: number, stepTiB: number): number =>
  6 + 5 * Math.max(1, Math.ceil(capacityTiB / stepTiB));

/** The longest prefix of a subnet in which so many addresses fit, as `/27`. */
export function smallestPrefix(addresses: number): string {
  return `/${32 - Math.ceil(Math.log2(addresses + reserved))}`;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);

const toText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
