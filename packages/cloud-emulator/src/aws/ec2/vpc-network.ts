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

// AWS keeps the first four addresses of a subnet and the last one.
const firstHost = 4;
const lastHost = 254;

/** Addresses of the seed's subnets, and the file systems that have them. */
export class VpcNetwork {
  readonly #interfaces = new Map<string, NetworkInterface>();
  readonly #taken = new Set<string>();
  /** The host number that each subnet tries next: an address is used again as late as possible. */
  readonly #next = new Map<string, number>();

  constructor(private readonly seed: Seed) {}

  interfaces(): readonly NetworkInterface[] {
    return [...this.#interfaces.values()];
  }

  freeAddresses(subnet: SeedSubnet): number {
    const taken = this.interfaces().filter((each) => each.subnet === subnet).length;
    return lastHost - firstHost + 1 - taken;
  }

  /**
   * Attaches so many network interfaces to a file system. Throws InvalidNetworkSettings for a subnet or group that
   * does not exist, or a subnet that is full.
   */
  attach(wanted: Attachment): readonly NetworkInterface[] {
    const subnet = this.#subnetFor(wanted);
    const groupIds = wanted.groupIds.length > 0 ? wanted.groupIds : [this.seed.defaultSecurityGroupId];
    return Array.from({ length: wanted.count }, () => {
      const made: NetworkInterface = {
        networkInterfaceId: newResourceId('eni'),
        subnet,
        privateIpAddress: this.#takeAddress(subnet),
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
      this.#taken.delete(each.privateIpAddress);
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

  #takeAddress(subnet: SeedSubnet): string {
    for (let tried = firstHost; tried <= lastHost; tried += 1) {
      const host = this.#next.get(subnet.subnetId) ?? firstHost;
      this.#next.set(subnet.subnetId, host === lastHost ? firstHost : host + 1);
      const address = `${subnet.prefix}.${host}`;
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    throw new Error(`no free address in ${subnet.subnetId}, although one was counted`);
  }
}
