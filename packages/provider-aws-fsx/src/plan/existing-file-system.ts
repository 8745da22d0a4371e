import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import {
  Capacity,
  DriverError,
  Faults,
  describeRange,
  isUsable,
  isWithin,
  parameter,
  ParameterSchema,
  type CapacityRange,
  type ParameterValues,
  type VolumeRequest,
} from '@lustre-csi/core';
import { DRIVER_NAME } from '../parameters/driver-name.js';
import { fsxParameters } from '../parameters/parameters.js';
import { parametersOfFileSystem } from '../parameters/parameters-of-file-system.js';
import { resolveSettings } from '../parameters/settings.js';
import { nameTag } from '../parameters/tags.js';
import type { FsxPlan } from './plan.js';
import type { FsxFileSystem } from './to-file-system.js';

/** Value of `provisioningMode` with which a class hands out an existing file system. */
const EXISTING = 'existing';

/** Parameters of a StorageClass that hands out an existing file system whole. */
export const existingParameters = {
  provisioningMode: parameter.oneOf({
    description:
      'Kind of volume. With `existing`, each claim of the class is the whole file system `fileSystemId`: the driver creates ' +
      'nothing, and deletes nothing with the claim. A claim that requests more than the file system has is refused.',
    example: EXISTING,
    values: [EXISTING],
  }),
  fileSystemId: parameter.string({
    description:
      'The file system that claims of the class are. It must not belong to a claim of its own, with which it would be deleted.',
    example: 'fs-0123456789abcdef0',
    pattern: /^fs-[0-9a-f]{8,17}$/,
    legal: 'the id of a file system of FSx for Lustre in the region of the driver; required',
  }),
  mountEndpoint: fsxParameters.mountEndpoint,
} as const;

/** Schema of such a StorageClass. Parameters that create a file system are unknown to it. */
export const existingParameterSchema = new ParameterSchema(
  `${DRIVER_NAME} with provisioningMode "${EXISTING}"`,
  existingParameters,
);

/** Reports whether a StorageClass hands out an existing file system. */
export const handsOutExisting = (parameters: Readonly<Record<string, string>>): boolean =>
  parameters['provisioningMode'] === EXISTING;

/** Parameters of a class, complete. */
export type ExistingParameters = ParameterValues<typeof existingParameters> & {
  readonly fileSystemId: string;
};

/** Reads such a request. @throws DriverError invalid-argument naming all that is wrong */
export function readExisting({
  parameters,
  mutableParameters,
  contentSource,
}: VolumeRequest): ExistingParameters {
  const { values, ...found } = existingParameterSchema.inspect(parameters);
  const faults = new Faults();
  faults.add(found);
  const refuseIf = (condition: boolean, message: string): void => {
    if (condition) faults.add({ faults: [message], doubtful: new Set() });
  };
  const isMissing = values.fileSystemId === undefined && !found.doubtful.has('fileSystemId');
  refuseIf(
    isMissing,
    `parameter "fileSystemId" is missing: with provisioningMode "${EXISTING}" it names the file system`,
  );
  refuseIf(
    Object.keys(mutableParameters).length > 0,
    'an existing file system keeps its settings: a claim of it takes no VolumeAttributesClass',
  );
  refuseIf(
    contentSource !== undefined,
    `an existing file system keeps its data: it is not created from a ${contentSource?.kind ?? ''}`,
  );
  faults.throwIfAny();
  return { ...values, fileSystemId: values.fileSystemId ?? '' };
}

/** Plan of a volume that is this file system; `existingVolume` is still to be added.
 *  @throws DriverError failed-precondition, unavailable, out-of-range where it cannot be handed out */
export function planExisting(
  request: VolumeRequest,
  given: ExistingParameters,
  fileSystem: FsxFileSystem,
  shown: SdkFileSystem,
): FsxPlan {
  refuseUnfit(fileSystem);
  refuseSize(fileSystem, request.capacityRange);
  const known = Object.entries(parametersOfFileSystem(shown)).filter(([, value]) => value !== undefined);
  const { settings } = resolveSettings(Object.fromEntries(known));
  return {
    volumeName: nameTag(request.name),
    listingScope: fileSystem.listingScope,
    attributes: {},
    settings: { ...settings, ...(given.mountEndpoint ? { mountEndpoint: given.mountEndpoint } : {}) },
    tags: {},
    topology: request.topology,
    zones: {},
    warnings: [],
  };
}

function refuseUnfit(fileSystem: FsxFileSystem): void {
  const { id, state, cloudState, madeByDriver } = fileSystem;
  if (madeByDriver) {
    throw new DriverError(
      'failed-precondition',
      `file system ${id} was created for a claim of its own, and would be deleted with it: use that claim, or name another ` +
        'file system in the StorageClass',
    );
  }
  if (isUsable(fileSystem) && fileSystem.mountSource) return;
  const isComing = state === 'creating' || isUsable(fileSystem);
  throw new DriverError(
    isComing ? 'unavailable' : 'failed-precondition',
    `file system ${id} is ${cloudState}: ` +
      (isComing
        ? 'it is handed out once it is available; the call is retried automatically'
        : 'it cannot be handed out; name another one in the StorageClass'),
  );
}

/** The size of INTELLIGENT_TIERING is not known: it has as much as is needed. */
function refuseSize({ id, capacity }: FsxFileSystem, range: CapacityRange): void {
  if (capacity.equals(Capacity.zero) || isWithin(capacity, range)) return;
  throw new DriverError(
    'out-of-range',
    `file system ${id} has ${capacity.toString()}, but ${describeRange(range)} was requested: claim at most what it has, or ` +
      'expand it in the cloud',
  );
}
