// For programs that serve CSI: the three services, the operations behind them, and the engine of the node.
export type { CallObserver } from './rpc/count-calls.js';
export type { CallSubject } from './rpc/call-subject.js';
export type { CallTracer, TracedCall } from './rpc/trace-calls.js';
export { requestsOfCall } from './rpc/requests-of-call.js';
export { otherErrorLabels, type MountChange, type MountObserver } from './mount/measured-mounter.js';
export type { NodeStats } from './mount/node-stats.js';
export { controllerService } from './rpc/controller-service.js';
export { grpcAddress, parseEndpoint, type Endpoint } from './rpc/endpoint.js';
export { identityService, type PluginIdentity } from './rpc/identity-service.js';
export { nodeService } from './rpc/node-service.js';
export { registrationService, type RegisteredDriver } from './rpc/registration-service.js';
export { serve, type RunningServer, type ServedService, type ServeOptions } from './rpc/serve.js';
export { ProviderRegistry } from './provider/registry.js';
export { VolumeOperations } from './volume/volume-operations.js';
export { boundedFields, boundedText } from './model/log-limits.js';
export { DirectoryUsage } from './directory/directory-usage.js';
export { DirectoryVolumes, type DirectoryVolumesParts } from './directory/directory-volumes.js';
export { parseMountOptionsAllow } from './mount/mount-options.js';
export { remainingMounts } from './node/remaining-mounts.js';
export { NodeEngine, type NodeEngineParts } from './node/node-engine.js';
export { RuntimeGuard, type PodRuntimes } from './node/runtime-guard.js';
export type { UnmountEscalation } from './mount/unmounting.js';
export { ClientTuner } from './mount/client/client-tuner.js';
export { defaultTuningAllow, parseTuningAllow } from './mount/client/client-tuning.js';
export {
  describeMissingClient,
  isComplete,
  lacksModuleAlone,
  readClientParts,
  type ClientParts,
} from './mount/client/lustre-client.js';
export {
  describePresentParts,
  describeVersions,
  readClientVersions,
  type ClientVersions,
} from './mount/client/client-versions.js';
export type { MountHelper } from './mount/client/mount-helper.js';
export { LustreModuleLoader } from './mount/client/lustre-module-loader.js';
export { publishSettingKeys } from './model/publish-settings.js';
