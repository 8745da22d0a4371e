import type { CallObserver } from '@lustre-csi/core/server';

/** Observer that sees kubelet register this process as a driver: kubelet calls NodeGetInfo only for that, once it can send
 *  publications here, and writes the answer to CSINode (RegisterPlugin in its pkg/volume/csi). A process that restarts
 *  while its node-driver-registrar does not never sees the call. */
export class KubeletRegistration implements CallObserver {
  #seen = false;

  get seen(): boolean {
    return this.#seen;
  }

  started(): void {
    // The call counts once it is answered.
  }

  ended(method: string, code: string): void {
    if (method === '/csi.v1.Node/NodeGetInfo' && code === 'OK') this.#seen = true;
  }
}
