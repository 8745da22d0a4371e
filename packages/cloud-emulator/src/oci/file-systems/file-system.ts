import { timeOf } from '../work-requests/work-requests.js';
import type { RequestedFileSystem } from './requested-file-system.js';

export type LifecycleState =
  'CREATING' | 'UPDATING' | 'ACTIVE' | 'INACTIVE' | 'DELETING' | 'DELETED' | 'FAILED';

/** A file system of the emulated tenancy. */
export interface OciFileSystem {
  /** Order of creation. */
  readonly sequence: number;
  readonly id: string;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  spec: RequestedFileSystem;
  lifecycleState: LifecycleState;
  lifecycleDetails?: string;
  updatedAt: number;
  /** Counts the changes: the etag. */
  version: number;
  /** True once the creation has succeeded. */
  usable: boolean;
  /** Ends the work in progress without its effect. */
  cancel?: () => void;
}

const BILLING_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

export const lustreVersion = '2.15';

export const etagOf = ({ id, version }: OciFileSystem): string => `${id.slice(-12)}--${version}`;

/** A file system as GetLustreFileSystem shows it.
 *  @param showsAddress shows the address of the MGS before the file system is active, too */
export function renderFileSystem(fileSystem: OciFileSystem, showsAddress: boolean): object {
  const { spec, id, lifecycleState, lifecycleDetails, createdAt, updatedAt, usable, address } = fileSystem;
  return {
    id,
    ...spec,
    lifecycleState,
    ...(lifecycleDetails === undefined ? {} : { lifecycleDetails }),
    timeCreated: timeOf(createdAt),
    timeUpdated: timeOf(updatedAt),
    timeBillingCycleEnd: timeOf(createdAt + BILLING_DAYS * DAY),
    lnet: 'tcp',
    majorVersion: lustreVersion,
    systemTags: {},
    ...(usable || showsAddress ? { managementServiceAddress: address } : {}),
  };
}

/** A file system as ListLustreFileSystems shows it: without what only a single look shows. */
export function renderSummary(fileSystem: OciFileSystem, showsAddress: boolean): object {
  const { timeBillingCycleEnd: _, ...rest } = renderFileSystem(fileSystem, showsAddress) as Record<
    string,
    unknown
  >;
  return rest;
}
