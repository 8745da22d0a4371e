import { fileURLToPath } from 'node:url';
import {
  startDriverProcess,
  type DriverProcess,
  type DriverProcessOptions,
} from '@lustre-csi/driver/testing';

/** JavaScript file of `lustre-csi`. */
export const executable = fileURLToPath(
  new URL('./bin/lustre-csi.js', import.meta.resolve('@lustre-csi/lustre-csi/package.json')),
);

/** Starts `lustre-csi` and returns when it serves.
 *  @throws Error with its output, if it ends instead */
export const startLustreCsi = (
  options: Omit<DriverProcessOptions, 'executable'> & { readonly driverName: string },
): Promise<DriverProcess> => startDriverProcess({ ...options, executable });

export type { DriverProcess };
