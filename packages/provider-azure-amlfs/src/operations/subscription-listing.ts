import { isRestError, type RestError } from '../api/rest-error.js';
import { DriverError, isDriverError, type FileSystem, type Log } from '@lustre-csi/core';
import type { AzureConfig } from '../parameters/azure-config.js';
import type { FileSystemReader } from './file-system-reader.js';

/**
 * Listing of the file systems of the whole subscription. Where the role of the identity is assigned on resource groups
 * only, ARM refuses it; then the known groups are listed: that of azure.json and those in which this process has looked
 * since it started.
 */
export class SubscriptionListing {
  /** Id of the subscription in ARM, which no resource group can have as its name. */
  readonly scope: string;
  /** Records that the log already has the warning about an incomplete listing. */
  #warned = false;

  constructor(
    private readonly reader: Pick<FileSystemReader, 'list' | 'listAll' | 'seen'>,
    private readonly config: Pick<AzureConfig, 'subscriptionId' | 'resourceGroup'>,
    private readonly log: Log,
  ) {
    this.scope = `/subscriptions/${config.subscriptionId.toLowerCase()}`;
  }

  /** Lists the subscription, or the known resource groups.
   *  @throws DriverError unavailable where neither may be listed */
  async list(signal: AbortSignal): Promise<readonly FileSystem[]> {
    try {
      const all = await this.reader.listAll(signal);
      this.#warned = false;
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
        `${forbidden.message}. Assign the role on the subscription, or write resourceGroup into azure.json to list ` +
          'that group',
        { cause: forbidden.cause },
      );
    }
    if (!this.#warned) {
      const words =
        'the listing lacks unknown resource groups: assign the role of the controller on the subscription';
      this.log.warn({ groups: [...groups], error: forbidden.message }, words);
    }
    this.#warned = true;
    const all: FileSystem[] = [];
    // One after the other: there are few, and ARM counts the reads of all controllers of the subscription together.
    for (const group of groups) all.push(...(await this.#group(group, group === configured, signal)));
    return all;
  }

  /** Lists a group; empty where it was deleted, but an error where azure.json names it. */
  async #group(group: string, mustExist: boolean, signal: AbortSignal): Promise<readonly FileSystem[]> {
    try {
      return await this.reader.list(group, signal);
    } catch (error) {
      if (!mustExist && answerIn(error)?.code === 'ResourceGroupNotFound') return [];
      throw error;
    }
  }
}

/** Error answer of ARM behind an error of the driver; undefined where there was none. */
function answerIn(error: unknown): RestError | undefined {
  const cause = isDriverError(error) ? error.cause : undefined;
  return isRestError(cause) ? cause : undefined;
}
