import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executable } from '../testing/lustre-csi.js';

/** Bytes of the program of this repository as the image has it (`deploy/image/app.sh`), without Node.js. */
export const sizeOfOurs = (): number =>
  readdirSync(join(dirname(executable), '..', 'bundle'), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !entry.name.endsWith('.map') && entry.name !== 'THIRD-PARTY-LICENSES',
    )
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** Bytes of the file that a process executes. A driver in Go is this one file. */
export const sizeOfExecutable = (pid: number): number => statSync(`/proc/${pid}/exe`).size;
