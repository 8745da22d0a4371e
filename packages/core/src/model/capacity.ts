const KIBI = 1024n;
const GIBI = KIBI ** 3n;
const TEBI = KIBI ** 4n;
const GIGA = 10n ** 9n;

/** An amount of storage. Bytes inside, as a bigint, so that no conversion loses a byte. */
export class Capacity {
  static readonly zero = new Capacity(0n);

  private constructor(readonly bytes: bigint) {}

  static bytes(bytes: bigint): Capacity {
    if (bytes < 0n) throw new RangeError(`a capacity cannot be negative: ${bytes}`);
    return new Capacity(bytes);
  }

  static gibibytes(count: number | bigint): Capacity {
    return Capacity.bytes(BigInt(count) * GIBI);
  }

  /** Fractions of a tebibyte are allowed, as in the cloud APIs that count in them. */
  static tebibytes(count: number | bigint): Capacity {
    if (typeof count === 'bigint') return Capacity.bytes(count * TEBI);
    return Capacity.bytes((BigInt(Math.round(count * 1024)) * TEBI) / KIBI);
  }

  /** Whole gibibytes, rounded up. */
  toGibibytes(): number {
    return Number((this.bytes + GIBI - 1n) / GIBI);
  }

  /** Tebibytes, exact to a gibibyte. */
  toTebibytes(): number {
    return this.toGibibytes() / 1024;
  }

  /** The smallest multiple of `step` that is not smaller than this. */
  roundUpTo(step: Capacity): Capacity {
    return new Capacity(((this.bytes + step.bytes - 1n) / step.bytes) * step.bytes);
  }

  isLessThan(other: Capacity): boolean {
    return this.bytes < other.bytes;
  }

  isGreaterThan(other: Capacity): boolean {
    return this.bytes > other.bytes;
  }

  equals(other: Capacity): boolean {
    return this.bytes === other.bytes;
  }

  /** For people: `1200 GiB`, `48 TiB`, `31200 GB`, or bytes where it is none of these. */
  toString(): string {
    if (this.bytes > 0n && this.bytes % TEBI === 0n) return `${this.bytes / TEBI} TiB`;
    if (this.bytes > 0n && this.bytes % GIBI === 0n) return `${this.bytes / GIBI} GiB`;
    if (this.bytes > 0n && this.bytes % GIGA === 0n) return `${this.bytes / GIGA} GB`;
    return `${this.bytes} bytes`;
  }
}

/** Capacities that a request accepts (CSI CapacityRange). An absent bound is no bound. */
export interface CapacityRange {
  readonly required?: Capacity;
  readonly limit?: Capacity;
}

/** Reports if the capacity lies in the range. */
export function isWithin(capacity: Capacity, range: CapacityRange): boolean {
  if (range.required && capacity.isLessThan(range.required)) return false;
  return !(range.limit && capacity.isGreaterThan(range.limit));
}

/** For people: `at least 1200 GiB and at most 2400 GiB`. */
export function describeRange(range: CapacityRange): string {
  const bounds = [
    ...(range.required ? [`at least ${range.required.toString()}`] : []),
    ...(range.limit ? [`at most ${range.limit.toString()}`] : []),
  ];
  return bounds.length > 0 ? bounds.join(' and ') : 'any size';
}
