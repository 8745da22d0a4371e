import type { FsxParameters } from './parameters.js';

type Word<Name extends keyof FsxParameters> = NonNullable<FsxParameters[Name]>;

/** Settings with which a file system is created: the parameters, with the defaults of the driver or the API. */
export interface FsxSettings extends FsxParameters {
  readonly deploymentType: Word<'deploymentType'>;
  readonly storageType: Word<'storageType'>;
}

/** Settings, with warnings for the operator about defaults and dropped parameters. */
export interface ResolvedSettings {
  readonly settings: FsxSettings;
  readonly warnings: readonly string[];
}

/** Fills in the defaults and drops parameters without effect; both with a warning where a user may not expect it. */
export function resolveSettings(parameters: FsxParameters): ResolvedSettings {
  const {
    metadataIops: _metadataIops,
    dailyAutomaticBackupStartTime,
    subnetId: _subnetId,
    subnetIds: _subnetIds,
    ...others
  } = parameters;
  const storageType = parameters.storageType ?? 'SSD';
  const settings = {
    ...others,
    ...subnetSettings(parameters),
    storageType,
    deploymentType: parameters.deploymentType ?? defaultDeployment(storageType),
    ...metadataSettings(parameters),
    ...readCacheSettings(parameters),
    ...(dailyAutomaticBackupStartTime !== undefined && backsUp(parameters)
      ? { dailyAutomaticBackupStartTime }
      : {}),
  };
  return { settings, warnings: [...warningsOf(parameters, settings)] };
}

/** Normalizes the subnets: a list of one equals that one. Both parameters are kept where both are given; a rule
 *  refuses them. */
function subnetSettings({
  subnetId,
  subnetIds,
}: FsxParameters): Pick<FsxParameters, 'subnetId' | 'subnetIds'> {
  const [only, ...more] = [...new Set(subnetIds)];
  if (subnetId === undefined && only !== undefined && more.length === 0) return { subnetId: only };
  return {
    ...(subnetId === undefined ? {} : { subnetId }),
    ...(only === undefined ? {} : { subnetIds: [only, ...more] }),
  };
}

const defaultDeployment = (storageType: FsxSettings['storageType']): FsxSettings['deploymentType'] =>
  storageType === 'INTELLIGENT_TIERING' ? 'PERSISTENT_2' : 'SCRATCH_1';

const backsUp = (parameters: FsxParameters): boolean => (parameters.automaticBackupRetentionDays ?? 0) > 0;

/** Metadata settings. INTELLIGENT_TIERING and EFA both need a configuration: the least one is the default. */
function metadataSettings(
  parameters: FsxParameters,
): Pick<FsxParameters, 'metadataConfigurationMode' | 'metadataIops'> {
  const { metadataConfigurationMode: mode, metadataIops: iops, storageType, efaEnabled } = parameters;
  if (storageType === 'INTELLIGENT_TIERING') {
    return { metadataConfigurationMode: mode ?? 'USER_PROVISIONED', metadataIops: iops ?? 6000 };
  }
  if (mode !== undefined) {
    return { metadataConfigurationMode: mode, ...(iops === undefined ? {} : { metadataIops: iops }) };
  }
  return efaEnabled ? { metadataConfigurationMode: 'AUTOMATIC' } : {};
}

function readCacheSettings(parameters: FsxParameters): Pick<FsxParameters, 'dataReadCacheSizingMode'> {
  if (parameters.storageType !== 'INTELLIGENT_TIERING' || parameters.dataReadCacheSizingMode) return {};
  return { dataReadCacheSizingMode: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY' };
}

function* warningsOf(given: FsxParameters, settings: FsxSettings): Iterable<string> {
  if (given.deploymentType === undefined && settings.deploymentType === 'SCRATCH_1') {
    yield (
      'parameter "deploymentType" is absent, so the API’s default SCRATCH_1 applies: the oldest generation, ' +
      'without replicas. Write SCRATCH_2, PERSISTENT_1 or PERSISTENT_2 in the StorageClass'
    );
  }
  if (given.fileSystemTypeVersion === undefined && settings.deploymentType !== 'PERSISTENT_2') {
    yield (
      'parameter "fileSystemTypeVersion" is absent, so FSx creates Lustre 2.10, which Lustre 2.15 clients ' +
      'cannot mount. Write 2.15 in the StorageClass'
    );
  }
  if (given.metadataIops !== undefined && settings.metadataIops === undefined) {
    yield 'parameter "metadataIops" has no effect without "metadataConfigurationMode": USER_PROVISIONED';
  }
  if (given.dailyAutomaticBackupStartTime !== undefined && !backsUp(given)) {
    yield 'parameter "dailyAutomaticBackupStartTime" has no effect without "automaticBackupRetentionDays" above 0';
  }
}
