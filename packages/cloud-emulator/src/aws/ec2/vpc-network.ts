import { SubnetAddresses } from '../../world/subnet-addresses.js';
import { AwsError } from '../protocol/aws-error.js';
import { newResourceId } from '../protocol/identifiers.js';
import type { Seed, SeedSubnet } from '../seed.js';

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly subnet: SeedSubnet;
  readonly privateIpAddress: string;
  readonly groupIds: readonly string[];
  readonly description: string;
  /** The file system that it serves. */
  readonly fileSystemId: string;
}

export interface Attachment {
  readonly fileSystemId: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly count: number;
}

/** Addresses of the seed's subnets, and the file systems that have them. */
export class VpcNetwork {
  readonly #interfaces = new Map<string, NetworkInterface>();
  readonly #addresses: ReadonlyMap<SeedSubnet, SubnetAddresses>;

  constructor(private readonly seed: Seed) {
    this.#addresses = new Map(seed.subnets.map((each) => [each, new SubnetAddresses(each.cidrBlock)]));
  }

  interfaces(): readonly NetworkInterface[] {
    return [...this.#interfaces.values()];
  }

  freeAddresses(subnet: SeedSubnet): number {
    return this.#addresses.get(subnet)?.free ?? 0;
  }

  /**
   * Attaches so many network interfaces to a file system. Throws InvalidNetworkSettings for a subnet or group that
   * does not exist, or a subnet that is full.
   */
  attach(wanted: Attachment): readonly NetworkInterface[] {
    const subnet = this.#subnetFor(wanted);
    const groupIds = wanted.groupIds.length > 0 ? wanted.groupIds : [this.seed.defaultSecurityGroupId];
    const addresses = this.#addresses.get(subnet)?.take(wanted.count) ?? [];
    return addresses.map((privateIpAddress) => {
      const made: NetworkInterface = {
        networkInterfaceId: newResourceId('eni'),
        subnet,
        privateIpAddress,
        groupIds,
        description: `Created by Amazon FSx for file system ${wanted.fileSystemId}`,
        fileSystemId: wanted.fileSystemId,
      };
      this.#interfaces.set(made.networkInterfaceId, made);
      return made;
    });
  }

  release(fileSystemId: string): void {
    this.detach(this.interfaces().filter((each) => each.fileSystemId === fileSystemId));
  }

  detach(interfaces: readonly NetworkInterface[]): void {
    for (const each of interfaces) {
      this.#interfaces.delete(each.networkInterfaceId);
      this.#addresses.get(each.subnet)?.release([each.privateIpAddress]);
    }
  }

  #subnetFor({ subnetId, groupIds, count }: Attachment): SeedSubnet {
    const subnet = this.seed.subnets.find((each) => each.subnetId === subnetId);
    if (!subnet)
      throw new AwsError('InvalidNetworkSettings', `The subnet ID '${subnetId}' does not exist.`, {
        InvalidSubnetId: subnetId,
      });
    const known = this.seed.securityGroups.map((group) => group.groupId);
    const unknown = groupIds.find((id) => !known.includes(id));
    if (unknown !== undefined)
      throw new AwsError('InvalidNetworkSettings', `The security group '${unknown}' does not exist.`, {
        InvalidSecurityGroupId: unknown,
      });
    if (count > this.freeAddresses(subnet))
      throw new AwsError(
        'InvalidNetworkSettings',
        `The subnet '${subnetId}' has ${this.freeAddresses(subnet)} free IP addresses; the file system needs ${count}.`,
        { InvalidSubnetId: subnetId },
      );
    return subnet;
  }
}
