const factors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['k', 'M', 'G', 'T', 'P'].map((unit, index): [string, number] => [unit, 1000 ** (index + 1)]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi'].map((unit, index): [string, number] => [unit, 1024 ** (index + 1)]),
]);

/** Bytes of a Kubernetes quantity, such as `41600G` or `40625000000Ki`.
 *  @throws Error for another unit */
export function bytesOf(quantity: string): number {
  const [, count = '', unit = ''] = /^(\d+)(\D*)$/.exec(quantity) ?? [];
  const factor = factors.get(unit);
  if (count === '' || factor === undefined) throw new Error(`${quantity} is no size in bytes`);
  return Number(count) * factor;
}
