import { DriverError, createMountSource, type FileSystem, type LustreMountSource } from '@lustre-csi/core';
import type { Ec2Api } from '../api/ec2-api.js';
import { isFsxFileSystem } from '../plan/to-file-system.js';

/** IP addresses of file systems: those of their first network interfaces, which never change. */
export class MountAddresses {
  readonly #byFileSystem = new Map<string, string>();

  constructor(private readonly ec2: Pick<Ec2Api, 'address'>) {}

  /** Looks up the address of a file system and remembers it.
   *  @throws DriverError unavailable where EC2 does not report it (yet) */
  async lookUp(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    if (this.#byFileSystem.has(fileSystem.id)) return;
    const [first] = isFsxFileSystem(fileSystem) ? fileSystem.networkInterfaceIds : [];
    const address = first && (await this.ec2.address(first, signal));
    if (!address) throw noAddress(fileSystem.id, first);
    this.#byFileSystem.set(fileSystem.id, address);
  }

  /** Mount source with the looked-up address in place of the DNS name; undefined while either is unknown. */
  mountSource({ id, mountSource: source }: FileSystem): LustreMountSource | undefined {
    const address = this.#byFileSystem.get(id);
    return source && address
      ? createMountSource([[`${address}@tcp`]], source.fsname, source.subdir)
      : undefined;
  }
}

const noAddress = (id: string, networkInterfaceId: string | undefined): DriverError =>
  new DriverError(
    'unavailable',
    `the IP address of file system ${id} is not known: ` +
      (networkInterfaceId
        ? `EC2 reports no address of ${networkInterfaceId}`
        : 'FSx does not report its network interfaces') +
      '. The call is retried automatically; without "mountEndpoint": "ip" the DNS name is used',
  );
