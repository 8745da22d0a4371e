import {
  NodeService,
  NodeServiceCapability_RPC_Type as Rpc,
  VolumeUsage_Unit as Unit,
  type NodeGetCapabilitiesResponse,
} from '../gen/csi.js';
import { checkMountFlags } from '../mount/mount-options.js';
import type { NodeEngine } from '../node/node-engine.js';
import type { PublishCommand } from '../node/publish-command.js';
import type { NodeProvider } from '../provider/node-provider.js';
import {
  parseNodeGetVolumeStats,
  parseNodePublish,
  parseNodeUnpublish,
  type PublishRequest,
} from '../request/parse-node-requests.js';
import { constantResponse } from './constant-response.js';
import type { Methods } from './method-adapter.js';
import type { ServedService } from './serve.js';

/** Node service: each method parses the request, calls the engine and renders the response.
 *  @param moreMountOptions names of mount options that volumes may have besides the known ones */
export function nodeService(
  engine: NodeEngine,
  provider: NodeProvider,
  nodeId: string,
  moreMountOptions: readonly string[] = [],
): ServedService {
  const methods: Methods<NodeService> = {
    nodePublishVolume: async (request, context) => {
      const command = parseNodePublish(request, moreMountOptions);
      if (isInline(command)) await engine.publishInline(command, context.signal);
      else await engine.publish(readByProvider(command, provider, moreMountOptions), context.signal);
      return {};
    },
    nodeUnpublishVolume: async (request, context) => {
      await engine.unpublish(parseNodeUnpublish(request), context.signal);
      return {};
    },
    nodeGetVolumeStats: async (request, context) => {
      const { bytes, inodes, condition } = await engine.stats(
        parseNodeGetVolumeStats(request),
        context.signal,
      );
      return {
        usage: [
          ...(bytes ? [{ unit: Unit.BYTES, ...bytes }] : []),
          ...(inodes ? [{ unit: Unit.INODES, ...inodes }] : []),
        ],
        volumeCondition: condition && { ...condition },
      };
    },
    nodeGetInfo: async () => {
      const segments = await provider.topology?.();
      const accessibleTopology = segments && { segments: { ...segments } };
      return { nodeId, maxVolumesPerNode: 0n, accessibleTopology };
    },
    nodeGetCapabilities: async () => capabilities,
  };
  return { definition: NodeService, methods };
}

/** Returns true for a volume that kubelet publishes for the lifetime of its pod (`volumes[].csi` of a pod). */
const isInline = ({ context }: PublishRequest): boolean => context['csi.storage.k8s.io/ephemeral'] === 'true';

/** Adds what the provider reads of the volume context.
 *  @throws DriverError invalid-argument for a mount option that is not known */
function readByProvider(
  request: PublishRequest,
  provider: NodeProvider,
  moreMountOptions: readonly string[],
): PublishCommand {
  const context = { ...provider.impliedSettings?.(request), ...request.context };
  const lnet = provider.lnetRequirement?.(request);
  const { capability } = request;
  const mountFlags = [...(provider.mountFlags?.(request) ?? []), ...capability.mountFlags];
  checkMountFlags(mountFlags, moreMountOptions);
  return {
    ...request,
    context,
    capability: { ...capability, mountFlags },
    source: provider.mountSource(request),
    ...(lnet ? { lnet } : {}),
  };
}

/** Advertised RPCs. STAGE_UNSTAGE_VOLUME is missing: all mounts of one Lustre file system share a device number, and kubelet
 *  would never unstage one of two volumes of a file system. */
const rpcs = [Rpc.GET_VOLUME_STATS, Rpc.VOLUME_CONDITION, Rpc.SINGLE_NODE_MULTI_WRITER];

const capabilities: NodeGetCapabilitiesResponse = constantResponse({
  capabilities: rpcs.map((type) => ({ type: { $case: 'rpc', value: { type } } })),
});
