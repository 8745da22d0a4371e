import {
  IdentityService,
  PluginCapability_Service_Type as ServiceType,
  type GetPluginCapabilitiesResponse,
} from '../gen/csi.js';
import type { Methods } from './method-adapter.js';
import type { ServedService } from './serve.js';

/** What GetPluginInfo and GetPluginCapabilities tell: the same for every instance of a version. */
export interface PluginIdentity {
  readonly driverName: string;
  readonly version: string;
  readonly manifest: Readonly<Record<string, string>>;
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
    getPluginCapabilities: async () => pluginCapabilities,
    probe: async () => ({ ready: true }),
  };
  return { definition: IdentityService, methods };
}

const pluginCapabilities: GetPluginCapabilitiesResponse = {
  capabilities: [{ type: { $case: 'service', value: { type: ServiceType.CONTROLLER_SERVICE } } }],
};
