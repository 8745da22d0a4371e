import { loadOnce } from '@lustre-csi/core';
import type { Ec2Api } from './ec2-api.js';

/** EC2 with an SDK that the first call loads: it is large, and most StorageClasses do not need it. */
export class DeferredEc2 implements Pick<Ec2Api, 'zones' | 'address'> {
  readonly #api: () => Promise<Ec2Api>;

  constructor(load: () => Promise<Ec2Api>) {
    this.#api = loadOnce(load);
  }

  async zones(
    subnetIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    return (await this.#api()).zones(subnetIds, signal);
  }

  async address(networkInterfaceId: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#api()).address(networkInterfaceId, signal);
  }
}
