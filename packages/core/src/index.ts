// For provider packages and for drivers of your own.
export { DriverError, isDriverError, messageOf, type ErrorKind } from './errors/driver-error.js';
export { isFinal, unfinished } from './errors/retryable.js';
export { untilAborted } from './concurrency/abort.js';
export { pause, systemClock, type Clock } from './concurrency/clock.js';
export { ConfigurationError } from './errors/configuration-error.js';
export type { VolumeReference } from './model/volume-reference.js';
export type { ControllerProvider, FileSystemPlan } from './provider/controller-provider.js';
export type { DirectoryHosts } from './provider/parent-file-systems.js';
export type { NodeProvider, PublishedVolume } from './provider/node-provider.js';
export {
  ParameterSchema,
  flag,
  integer,
  list,
  oneOf,
  parsed,
  text,
  type Parameter,
  type Parameters,
  type ParameterValues,
} from './provider/parameters.js';
export { parameterSections } from './provider/parameter-reference.js';
export type { Log } from './model/log.js';
export type { OrchestratedNode, ProviderContext, ProviderPlugin } from './provider/provider-plugin.js';
export type { Growth, GrowingFileSystem, VolumeExpansion } from './provider/volume-expansion.js';
export type { ModificationStep, VolumeModification } from './provider/volume-modification.js';
export type { Snapshot, SnapshotRequest, VolumeSnapshots } from './provider/volume-snapshots.js';
export { ProviderRegistry } from './provider/registry.js';
export type { FlagDefinition, Settings } from './provider/settings.js';
export { Capacity, describeRange, isWithin, type CapacityRange } from './model/capacity.js';
export { isUsable, type FileSystem, type FileSystemState } from './model/file-system.js';
export {
  canonicalNid,
  formatMountSource,
  mountSource,
  parseMountSource,
  type LustreMountSource,
} from './model/mount-source.js';
export { isReadOnly, type AccessMode, type VolumeCapability } from './model/volume-capability.js';
export type {
  ContentSource,
  TopologyRequirement,
  TopologySegments,
  Volume,
  VolumeMetadata,
  VolumeRequest,
} from './model/volume-request.js';

export { directoryParameters } from './directory/directory-parameters.js';

// For whoever serves CSI.
export { DirectoryUsage } from './directory/directory-usage.js';
export { DirectoryVolumes, type DirectoryVolumesParts } from './directory/directory-volumes.js';
export { ClientTuner } from './mount/client/client-tuner.js';
export { defaultTuningAllow, parseTuningAllow } from './mount/client/client-tuning.js';
export { describeMissingClient, readClientParts, type ClientParts } from './mount/client/lustre-client.js';
export { LustreModuleLoader } from './mount/client/lustre-module-loader.js';
export { mountsLeft } from './node/mounts-left.js';
export { NodeEngine, type NodeEngineParts } from './node/node-engine.js';
export { publishSettingKeys } from './model/publish-settings.js';
export { RuntimeGuard, type PodRuntimes } from './node/runtime-guard.js';
export type { UnmountEscalation } from './mount/unmounting.js';
export { controllerService } from './rpc/controller-service.js';
export { parseEndpoint, type Endpoint } from './rpc/endpoint.js';
export { identityService, type PluginIdentity } from './rpc/identity-service.js';
export { nodeService } from './rpc/node-service.js';
export { serve, type RunningServer, type ServedService, type ServeOptions } from './rpc/serve.js';
export type { CallObserver } from './rpc/count-calls.js';
export { VolumeOperations } from './volume/volume-operations.js';
