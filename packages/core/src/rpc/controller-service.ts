import {
  ControllerService,
  ControllerServiceCapability_RPC_Type as Rpc,
  type ControllerGetCapabilitiesResponse,
} from '../gen/csi.js';
import {
  parseDeleteVolume,
  parseExpandVolume,
  parseGetVolume,
  parseListVolumes,
  parseModifyVolume,
  parseValidateVolumeCapabilities,
} from '../request/parse-controller-requests.js';
import { parseCreateVolume } from '../request/parse-create-volume.js';
import type { VolumeOperations } from '../volume/volume-operations.js';
import { constantResponse } from './constant-response.js';
import type { Methods } from './method-adapter.js';
import { renderListedVolume, renderVolume } from './render/volume.js';
import type { ServedService } from './serve.js';
import { snapshotMethods } from './snapshot-methods.js';

/** Controller service: each method parses the request, runs the operation and renders the response.
 *  @param moreMountOptions names of mount options that volumes may have besides the known ones */
export function controllerService(
  volumes: VolumeOperations,
  moreMountOptions: readonly string[] = [],
): ServedService {
  const { features } = volumes;
  const capabilities = constantResponse(capabilitiesOf(features));
  const methods: Methods<ControllerService> = {
    createVolume: async (request, context) => ({
      volume: renderVolume(await volumes.create(parseCreateVolume(request, moreMountOptions), context)),
    }),
    deleteVolume: async (request, context) => {
      await volumes.delete(parseDeleteVolume(request), context);
      return {};
    },
    validateVolumeCapabilities: async (request, context) => {
      const objection = await volumes.objectionTo(
        parseValidateVolumeCapabilities(request, moreMountOptions),
        context,
      );
      if (objection !== undefined) return { confirmed: undefined, message: objection };
      const { volumeContext, volumeCapabilities, parameters, mutableParameters } = request;
      return { confirmed: { volumeContext, volumeCapabilities, parameters, mutableParameters }, message: '' };
    },
    controllerGetVolume: async (request, context) =>
      renderListedVolume(await volumes.get(parseGetVolume(request), context)),
    listVolumes: async (request, context) => {
      const page = await volumes.list(parseListVolumes(request), context);
      return { entries: page.entries.map(renderListedVolume), nextToken: page.nextToken };
    },
    ...(features.expansion ? expansionMethods(volumes, moreMountOptions) : {}),
    ...(features.modification ? modificationMethods(volumes) : {}),
    ...(volumes.snapshots ? snapshotMethods(volumes.snapshots) : {}),
    controllerGetCapabilities: async () => capabilities,
  };
  return { definition: ControllerService, methods };
}

const expansionMethods = (
  volumes: VolumeOperations,
  moreMountOptions: readonly string[],
): Methods<ControllerService> => ({
  controllerExpandVolume: async (request, context) => {
    const { volumeId, range } = parseExpandVolume(request, moreMountOptions);
    const capacity = await volumes.expand(volumeId, range, context);
    // Lustre clients see the new size automatically.
    return { capacityBytes: capacity.bytes, nodeExpansionRequired: false };
  },
});

const modificationMethods = (volumes: VolumeOperations): Methods<ControllerService> => ({
  controllerModifyVolume: async (request, context) => {
    const { volumeId, parameters } = parseModifyVolume(request);
    await volumes.modify(volumeId, parameters, context);
    return {};
  },
});

/** Capabilities of every provider. */
const always = [
  Rpc.CREATE_DELETE_VOLUME,
  Rpc.LIST_VOLUMES,
  Rpc.GET_VOLUME,
  Rpc.VOLUME_CONDITION,
  Rpc.SINGLE_NODE_MULTI_WRITER,
];

function capabilitiesOf(features: VolumeOperations['features']): ControllerGetCapabilitiesResponse {
  const rpcs = [
    ...always,
    ...(features.expansion ? [Rpc.EXPAND_VOLUME] : []),
    ...(features.modification ? [Rpc.MODIFY_VOLUME] : []),
    ...(features.snapshots ? [Rpc.CREATE_DELETE_SNAPSHOT, Rpc.LIST_SNAPSHOTS, Rpc.GET_SNAPSHOT] : []),
  ];
  return { capabilities: rpcs.map((type) => ({ type: { $case: 'rpc', value: { type } } })) };
}
