import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@lustre-csi/core';
import { HAND_OFF_FILE, parseHandOff, type GuestVolume } from '@lustre-csi/core/guest';

/** Reads the volumes that the node plugin hands to this guest.
 *  @throws Error with the next step */
export async function readHandOff(directory: string, driverName: string): Promise<readonly GuestVolume[]> {
  const file = join(directory, HAND_OFF_FILE);
  const { driver, volumes } = await readFile(file, 'utf8')
    .then(parseHandOff)
    .catch((error: unknown) => {
      throw new Error(
        `the list of volumes cannot be read from ${file}: ${messageOf(error)}; mount the pod's inline volume of ${driverName} with ` +
          'handOff: "true" there (--hand-off-dir), and use the same image as the node plugin',
      );
    });
  if (driver !== driverName) {
    throw new Error(
      `${file} has volumes of ${driver}, and this container is for ${driverName}: set --driver-name=${driver}`,
    );
  }
  if (volumes.length > 0) return volumes;
  throw new Error(
    `${file} names no volume: the pod has no PersistentVolumeClaim of ${driverName}; remove this container from the pod`,
  );
}
