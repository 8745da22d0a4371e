import { DriverError, messageOf } from '@lustre-csi/core';
import type { MetadataServer } from '../node/metadata-server.js';
import type { CloudConfig } from '../parameters/cloud-config.js';
import { cloudConfigFlag } from '../parameters/flags.js';

/** Project and zone of the driver: those of the configuration, or else of the metadata server, which is queried at the
 *  first use and remembered. */
export class DriverProject {
  #project: string | undefined;
  #zone: string | undefined;

  constructor(
    { project, zone }: Pick<CloudConfig, 'project' | 'zone'>,
    private readonly metadata: Pick<MetadataServer, 'get' | 'zone'>,
  ) {
    this.#project = project;
    this.#zone = zone;
  }

  /** @throws DriverError unavailable where the metadata server does not answer */
  async id(): Promise<string> {
    return (this.#project ??= await this.#look('project-id', () => this.metadata.get('project/project-id')));
  }

  /** Zone for requests without a topology. @throws DriverError unavailable */
  async zone(): Promise<string> {
    return (this.#zone ??= await this.#look('zone', () => this.metadata.zone()));
  }

  async #look(field: string, read: () => Promise<string>): Promise<string> {
    try {
      return await read();
    } catch (error) {
      throw new DriverError(
        'unavailable',
        `${messageOf(error)}. Write ${field} into the file of --${cloudConfigFlag.name} where there is no metadata server`,
        { cause: error },
      );
    }
  }
}
