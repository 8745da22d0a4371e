import type { Ec2Api } from './ec2-api.js';

/** EC2 with an SDK that the first call loads: it is large, and most StorageClasses do not need it. */
export class DeferredEc2 implements Pick<Ec2Api, 'zones' | 'address'> {
  #loaded: Promise<Ec2Api> | undefined;

  constructor(private readonly load: () => Promise<Ec2Api>) {}

  async zones(
    subnetIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    return (await this.#api()).zones(subnetIds, signal);
  }

  async address(networkInterfaceId: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#api()).address(networkInterfaceId, signal);
  }

  #api(): Promise<Ec2Api> {
    return (this.#loaded ??= this.load());
  }
}
