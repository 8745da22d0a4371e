import type { CallObserver } from '@lustre-csi/core/server';

/** Whether kubelet has registered this process as a driver: it calls NodeGetInfo for that and for nothing else, once it can
 *  send publications here, and makes the CSINode entry of the answer (RegisterPlugin in its pkg/volume/csi). A process
 *  that was started anew beside a node-driver-registrar that was not is never told. */
export class KubeletRegistration implements CallObserver {
  #seen = false;

  get seen(): boolean {
    return this.#seen;
  }

  started(): void {
    // It counts once it is answered.
  }

  ended(method: string, code: string): void {
    if (method === '/csi.v1.Node/NodeGetInfo' && code === 'OK') this.#seen = true;
  }
}
