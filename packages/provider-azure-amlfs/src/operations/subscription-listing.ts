import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { DriverError, isDriverError, type FileSystem, type Log } from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';
import type { FileSystemReader } from './file-system-reader.js';

/**
 * The file systems of the whole subscription, in one listing. An identity whose role is assigned on resource groups may
 * not ask for it: then those groups are listed that are known, which are the one of azure.json and those in which this
 * process has looked since it started.
 */
export class SubscriptionListing {
  /** The id of the subscription in ARM: no resource group is named like that. */
  readonly scope: string;
  /** Whether it has been said that the listing is not of the whole subscription. */
  #told = false;

  constructor(
    private readonly reader: Pick<FileSystemReader, 'list' | 'listAll' | 'seen'>,
    private readonly config: Pick<AzureConfig, 'subscriptionId' | 'resourceGroup'>,
    private readonly log: Log,
  ) {
    this.scope = `/subscriptions/${config.subscriptionId.toLowerCase()}`;
  }

  /** @throws DriverError unavailable where nothing of it may be listed */
  async list(signal: AbortSignal): Promise<readonly FileSystem[]> {
    try {
      const all = await this.reader.listAll(signal);
      this.#told = false;
      return all;
    } catch (error) {
      if (answerIn(error)?.statusCode !== 403) throw error;
      return this.#known(error as DriverError, signal);
    }
  }

  async #known(forbidden: DriverError, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const configured = this.config.resourceGroup?.toLowerCase();
    const groups = new Set([...(configured === undefined ? [] : [configured]), ...this.reader.seen]);
    if (groups.size === 0) {
      throw new DriverError(
        forbidden.kind,
        `${forbidden.message}. Assign the role on the subscription; or else write resourceGroup into azure.json, and ` +
          'that group is listed',
        { cause: forbidden.cause },
      );
    }
    if (!this.#told) {
      const words =
        'resource groups that are not known are left out: assign the role of the controller on the subscription';
      this.log.warn({ groups: [...groups], error: forbidden.message }, words);
    }
    this.#told = true;
    const all: FileSystem[] = [];
    // One after the other: there are few, and ARM counts the reads of all of the subscription's controllers together.
    for (const group of groups) all.push(...(await this.#group(group, group === configured, signal)));
    return all;
  }

  /** A group that is gone has nothing in it; but azure.json must not name one that never was. */
  async #group(group: string, mustExist: boolean, signal: AbortSignal): Promise<readonly FileSystem[]> {
    try {
      return await this.reader.list(group, signal);
    } catch (error) {
      if (!mustExist && answerIn(error)?.code === 'ResourceGroupNotFound') return [];
      throw error;
    }
  }
}

/** What ARM answered where there was an answer. */
function answerIn(error: unknown): RestError | undefined {
  const cause = isDriverError(error) ? error.cause : undefined;
  return isRestError(cause) ? cause : undefined;
}
