import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shell } from './shell.js';

/** Runs work while the node has so many other mounts (at least; a power of two). */
export async function withForeignMounts(count: number, work: () => Promise<void>): Promise<void> {
  if (count === 0) return work();
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  const doublings = Math.ceil(Math.log2(count));
  // Each step binds all mounts so far, so that thousands take a few processes.
  shell(
    `mount -n -t tmpfs bench "$1"; mount --make-private "$1"
    for each in $(seq ${doublings}); do mkdir "$1/$each"; done
    for each in $(seq ${doublings}); do mount -n --rbind --make-rprivate "$1" "$1/$each"; done`,
    [directory],
  );
  try {
    await work();
  } finally {
    shell('umount -n -R -l "$1"', [directory]);
    rmdirSync(directory);
  }
}
