import {
  IdentityService,
  PluginCapability_Service_Type as ServiceType,
  PluginCapability_VolumeExpansion_Type as ExpansionType,
  type GetPluginCapabilitiesResponse,
  type PluginCapability,
} from '../gen/csi.js';
import { constantResponse } from './constant-response.js';
import type { Methods } from './method-adapter.js';
import type { ServedService } from './serve.js';

/** Content of GetPluginInfo and GetPluginCapabilities: the same for every instance of a version. */
export interface PluginIdentity {
  readonly driverName: string;
  readonly version: string;
  readonly manifest: Readonly<Record<string, string>>;
  /** True if volumes can be expanded while they are in use. */
  readonly expandable: boolean;
  /** True if the topology of a node limits the volumes that it can use; NodeGetInfo reports it. */
  readonly hasTopology: boolean;
}

/** Identity service. Probe is always ready: a cloud or a Lustre server that is down is no reason to restart the driver. */
export function identityService(identity: PluginIdentity): ServedService {
  const { driverName: name, version: vendorVersion, manifest } = identity;
  const info = constantResponse({ name, vendorVersion, manifest: { ...manifest } });
  const capabilities = constantResponse(pluginCapabilities(identity));
  const ready = constantResponse({ ready: true });
  const methods: Methods<IdentityService> = {
    getPluginInfo: async () => info,
    getPluginCapabilities: async () => capabilities,
    probe: async () => ready,
  };
  return { definition: IdentityService, methods };
}

function pluginCapabilities({ expandable, hasTopology }: PluginIdentity): GetPluginCapabilitiesResponse {
  const services = [
    ServiceType.CONTROLLER_SERVICE,
    ...(hasTopology ? [ServiceType.VOLUME_ACCESSIBILITY_CONSTRAINTS] : []),
  ];
  const capabilities: PluginCapability[] = services.map((type) => ({
    type: { $case: 'service', value: { type } },
  }));
  if (expandable) {
    capabilities.push({ type: { $case: 'volumeExpansion', value: { type: ExpansionType.ONLINE } } });
  }
  return { capabilities };
}
