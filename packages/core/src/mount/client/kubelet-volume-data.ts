import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Name of the CSI driver that published a target of kubelet, from the file that kubelet keeps beside it
 *  (`vol_data.json`, pkg/volume/csi of Kubernetes); undefined where there is no such file. */
export function driverOfTarget(mountPoint: string): string | undefined {
  try {
    const text = readFileSync(join(dirname(mountPoint), 'vol_data.json'), 'utf8');
    return (JSON.parse(text) as { readonly driverName?: string } | null)?.driverName;
  } catch {
    return undefined;
  }
}
