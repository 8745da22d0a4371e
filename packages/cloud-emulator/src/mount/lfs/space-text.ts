import { targetName, targets } from '../client/lustre-targets.js';

/** Sizes in KiB. */
export interface SpaceOfFileSystem {
  readonly fsname: string;
  readonly mountPoint: string;
  readonly totalKib: bigint;
  readonly usedKib: bigint;
}

/** Output of `lfs df`: the space of each target, and the sum of the storage targets. */
export function spaceText({ fsname, mountPoint, totalKib, usedKib }: SpaceOfFileSystem): string {
  const { metadata, storage } = targets;
  const share = (value: bigint): bigint => value / BigInt(storage.length);
  const row = (name: string, total: bigint, used: bigint, place: string): string => {
    const percent = total === 0n ? 0n : (used * 100n + total - 1n) / total;
    const sizes = [total, used, total - used].map((size) => String(size).padStart(12)).join('');
    return `${name.padEnd(20)}${sizes}${`${percent}%`.padStart(5)} ${place}`;
  };
  return [
    `${'UUID'.padEnd(20)}${['1K-blocks', 'Used', 'Available'].map((word) => word.padStart(12)).join('')} Use% Mounted on`,
    ...metadata.map((index) =>
      row(
        `${targetName(fsname, 'MDT', index)}_UUID`,
        share(totalKib) / 64n,
        0n,
        `${mountPoint}[MDT:${index}]`,
      ),
    ),
    ...storage.map((index) =>
      row(
        ...([`${targetName(fsname, 'OST', index)}_UUID`, share(totalKib), share(usedKib)] as const),
        `${mountPoint}[OST:${index}]`,
      ),
    ),
    '',
    row('filesystem_summary:', totalKib, usedKib, mountPoint),
  ].join('\n');
}
