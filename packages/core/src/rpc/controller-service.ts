import {
  ControllerService,
  ControllerServiceCapability_RPC_Type as Rpc,
  type ControllerGetCapabilitiesResponse,
} from '../gen/csi.js';
import {
  parseDeleteVolume,
  parseGetVolume,
  parseListVolumes,
  parseValidateVolumeCapabilities,
} from '../request/parse-controller-requests.js';
import { parseCreateVolume } from '../request/parse-create-volume.js';
import type { VolumeOperations } from '../volume/volume-operations.js';
import type { Methods } from './method-adapter.js';
import { renderListedVolume, renderVolume } from './render/volume.js';
import type { ServedService } from './serve.js';

/** The Controller service: each method parses, asks the operation, renders. */
export function controllerService(volumes: VolumeOperations): ServedService {
  const methods: Methods<ControllerService> = {
    createVolume: async (request, context) => ({
      volume: renderVolume(await volumes.create(parseCreateVolume(request), context)),
    }),
    deleteVolume: async (request, context) => {
      await volumes.delete(parseDeleteVolume(request), context);
      return {};
    },
    validateVolumeCapabilities: async (request, context) => {
      const objection = await volumes.objectionTo(parseValidateVolumeCapabilities(request), context);
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
    controllerGetCapabilities: async () => capabilities,
  };
  return { definition: ControllerService, methods };
}

/** What every provider can do through its obligatory port. */
const rpcs = [
  Rpc.CREATE_DELETE_VOLUME,
  Rpc.LIST_VOLUMES,
  Rpc.GET_VOLUME,
  Rpc.VOLUME_CONDITION,
  Rpc.SINGLE_NODE_MULTI_WRITER,
];

const capabilities: ControllerGetCapabilitiesResponse = {
  capabilities: rpcs.map((type) => ({ type: { $case: 'rpc', value: { type } } })),
};
