import { RegistrationService } from '../gen/pluginregistration.js';
import type { Methods } from './method-adapter.js';
import type { ServedService } from './serve.js';

/** Driver as kubelet learns of it. */
export interface RegisteredDriver {
  readonly driverName: string;
  /** Path on the host of the socket at which kubelet calls the driver. */
  readonly endpoint: string;
  /** Receives kubelet's decision. `reason` is that of a failure. */
  readonly decided: (isRegistered: boolean, reason: string) => void;
}

/** Version of CSI for kubelet: it compares the major number alone. */
const SUPPORTED_VERSION = '1.0.0';

/** Kubelet's plugin registration API, version 1, which node-driver-registrar serves beside other drivers. */
export function registrationService({ driverName, endpoint, decided }: RegisteredDriver): ServedService {
  const methods: Methods<RegistrationService> = {
    getInfo: async () => ({
      type: 'CSIPlugin',
      name: driverName,
      endpoint,
      supportedVersions: [SUPPORTED_VERSION],
    }),
    notifyRegistrationStatus: async ({ pluginRegistered, error }) => {
      decided(pluginRegistered, error);
      return {};
    },
  };
  return { definition: RegistrationService, methods };
}
