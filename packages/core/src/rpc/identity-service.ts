import {
  IdentityService,
  PluginCapability_Service_Type as ServiceType,
  PluginCapability_VolumeExpansion_Type as ExpansionType,
  type GetPluginCapabilitiesResponse,
  type PluginCapability,
} from '../gen/csi.js';
import type { Methods } from './method-adapter.js';
import type { ServedService } from './serve.js';

/** What GetPluginInfo and GetPluginCapabilities tell: the same for every instance of a version. */
export interface PluginIdentity {
  readonly driverName: string;
  readonly version: string;
  readonly manifest: Readonly<Record<string, string>>;
  /** Volumes can be expanded while they are in use. */
  readonly expandable: boolean;
  /** Where a node is matters for the volumes that it can use; NodeGetInfo tells. */
  readonly hasTopology: boolean;
}

/** The Identity service. It answers as long as the process does: a cloud or a Lustre server that is down is no
 *  reason to restart the driver. */
export function identityService(identity: PluginIdentity): ServedService {
  const methods: Methods<IdentityService> = {
    getPluginInfo: async () => ({
      name: identity.driverName,
      vendorVersion: identity.version,
      manifest: { ...identity.manifest },
    }),
    getPluginCapabilities: async () => pluginCapabilities(identity),
    probe: async () => ({ ready: true }),
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
