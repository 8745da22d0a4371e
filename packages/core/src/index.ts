// For providers: the two ports, the parameter schema, the nouns and the errors.
export { DriverError, isDriverError, messageOf, type ErrorKind } from './errors/driver-error.js';
export { isFinal, asRetryable } from './errors/retryable.js';
export { untilAborted } from './concurrency/abort.js';
export { pause, systemClock, type Clock } from './concurrency/clock.js';
export { GatheredLookups, type LookupSource } from './concurrency/gathered-lookups.js';
export { loadOnce } from './concurrency/load-once.js';
export { Slots } from './concurrency/slots.js';
export { ConfigurationError, isConfigurationError } from './errors/configuration-error.js';
export type { VolumeReference } from './model/volume-reference.js';
export type { ControllerProvider, FileSystemPlan } from './provider/controller-provider.js';
export type {
  CloudDiagnosis,
  CloudEndpoint,
  CloudIdentity,
  CloudNetwork,
  CloudQuota,
  CloudRight,
  CloudSubnet,
  NetworkDefect,
} from './provider/cloud-diagnosis.js';
export type { ParentFileSystems } from './provider/parent-file-systems.js';
export type { NodeProvider, PublishedVolume } from './provider/node-provider.js';
export {
  ParameterSchema,
  type Parameter,
  type Parameters,
  type ParameterReading,
  type ParameterValues,
  parameter,
} from './provider/parameters.js';
export { Faults, throwFaults, type FoundFaults } from './provider/faults.js';
export {
  CloudRequestRelay,
  unobserved,
  type CloudRequestEnd,
  type CloudRequests,
} from './model/cloud-requests.js';
export type { LnetRequirement } from './model/lnet-requirement.js';
export type { Log } from './model/log.js';
export type { OrchestratedNode, ProviderContext, ProviderPlugin } from './provider/provider-plugin.js';
export type { Growth, GrowingFileSystem, VolumeExpansion } from './provider/volume-expansion.js';
export type { ModificationStep, VolumeModification } from './provider/volume-modification.js';
export type { Snapshot, SnapshotRequest, VolumeSnapshots } from './provider/volume-snapshots.js';
export type { FlagDefinition, Settings } from './provider/settings.js';
export { Capacity, describeRange, isWithin, type CapacityRange } from './model/capacity.js';
export { isUsable, type FileSystem, type FileSystemState } from './model/file-system.js';
export {
  canonicalNid,
  formatMountSource,
  createMountSource,
  parseMountSource,
  type LustreMountSource,
} from './model/mount-source.js';
export { explainPlaceholder, lookalikePlaceholder, type VariableMeaning } from './model/placeholders.js';
export { trimSlashes, trimTrailingSlashes } from './model/trim-slashes.js';
export { volumeAttributes } from './model/volume-attributes.js';
export { isReadOnly, type AccessMode, type VolumeCapability } from './model/volume-capability.js';
export type {
  ContentSource,
  TopologyRequirement,
  TopologySegments,
  Volume,
  VolumeMetadata,
  VolumeRequest,
} from './model/volume-request.js';
