/** Addresses at the start of a subnet that the clouds keep for themselves; they keep the last one too. */
const reservedAtStart = 4;
/** All that they keep. */
export const reservedAddresses = 5;

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
    used = 0,
  ) {
    const [address = '', length = ''] = prefix.split('/');
    this.#base = toNumber(address);
    this.limit = 2 ** (32 - Number(length)) - reservedAddresses;
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

const toNumber = (address: string): number =>
  address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);

const toText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
