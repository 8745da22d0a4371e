import type { Ec2Api } from './ec2-api.js';

/** EC2, loaded by its first call: its SDK is large, and most StorageClasses need none of it. */
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
