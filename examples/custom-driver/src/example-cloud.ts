// Stands for the SDK of a cloud: file systems in the memory of this process. Your SDK takes the place of this file.
import { randomUUID } from 'node:crypto';

/** A file system as the API of the cloud shows it. */
export interface CloudFileSystem {
  readonly id: string;
  readonly region: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING';
  readonly sizeGiB: number;
  readonly tier: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Address of the MGS, known once the file system is active. */
  readonly address?: string;
}

/** Input of `createFileSystem`: the same token always gives the same file system. */
export type CloudCreation = Pick<CloudFileSystem, 'region' | 'sizeGiB' | 'tier' | 'tags'> & {
  readonly token: string;
};

/** An error as the API reports it. */
export class CloudError extends Error {
  readonly requestId = randomUUID();

  constructor(
    readonly code: 'NotFound' | 'UnknownRegion' | 'QuotaExceeded',
    message: string,
  ) {
    super(message);
  }
}

/** A cloud that needs some time for everything. */
export class ExampleCloud {
  static readonly regions: readonly string[] = ['north', 'south'];
  /** File systems that a region can hold. */
  static readonly quota = 100;

  readonly #fileSystems = new Map<string, CloudFileSystem>();
  readonly #idOfToken = new Map<string, string>();

  /** @param milliseconds duration of a creation or deletion */
  constructor(private readonly milliseconds = 500) {}

  async listFileSystems(region: string, signal: AbortSignal): Promise<readonly CloudFileSystem[]> {
    signal.throwIfAborted();
    if (!ExampleCloud.regions.includes(region))
      throw new CloudError('UnknownRegion', `no region "${region}"`);
    return [...this.#fileSystems.values()].filter((fileSystem) => fileSystem.region === region);
  }

  async getFileSystem(id: string, signal: AbortSignal): Promise<CloudFileSystem> {
    signal.throwIfAborted();
    const fileSystem = this.#fileSystems.get(id);
    if (!fileSystem) throw new CloudError('NotFound', `no file system "${id}"`);
    return fileSystem;
  }

  async createFileSystem(creation: CloudCreation, signal: AbortSignal): Promise<CloudFileSystem> {
    const { token, ...properties } = creation;
    const known = this.#idOfToken.get(token);
    if (known !== undefined) return this.getFileSystem(known, signal);
    if ((await this.listFileSystems(creation.region, signal)).length >= ExampleCloud.quota) {
      throw new CloudError('QuotaExceeded', `${creation.region} holds ${ExampleCloud.quota} file systems`);
    }
    const id = `lfs-${this.#idOfToken.size + 1}`;
    const fileSystem: CloudFileSystem = { ...properties, id, status: 'CREATING' };
    this.#idOfToken.set(token, id);
    this.#fileSystems.set(id, fileSystem);
    this.#later(() => {
      if (this.#fileSystems.get(id)?.status === 'CREATING') {
        this.#fileSystems.set(id, { ...fileSystem, status: 'ACTIVE', address: '127.0.0.1@tcp' });
      }
    });
    return fileSystem;
  }

  async deleteFileSystem(id: string, signal: AbortSignal): Promise<void> {
    const fileSystem = await this.getFileSystem(id, signal);
    this.#fileSystems.set(id, { ...fileSystem, status: 'DELETING' });
    this.#later(() => void this.#fileSystems.delete(id));
  }

  #later(effect: () => void): void {
    setTimeout(effect, this.milliseconds).unref();
  }
}
