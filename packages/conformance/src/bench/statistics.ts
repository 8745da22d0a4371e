/** Median of some values and their range. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws Error without a value */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new Error('a median needs a value');
  return {
    median: (lower + upper) / 2,
    least: sorted[0] as number,
    most: sorted[sorted.length - 1] as number,
  };
}

/** Writes a number with three digits of precision: `0.123`, `12.3`, `1230`. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.max(0, 2 - magnitude));
}
