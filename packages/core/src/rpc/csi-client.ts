import { credentials } from '@grpc/grpc-js';
import {
  ControllerClient,
  IdentityClient,
  NodeClient,
  type ControllerService,
  type IdentityService,
  type NodeService,
} from '../gen/csi.js';
import { clientOptions, promised, type Promised } from './promised-client.js';

/** Client of the three CSI services at one address, as a container orchestrator uses it. */
export interface CsiClient {
  readonly identity: Promised<IdentityService>;
  readonly controller: Promised<ControllerService>;
  readonly node: Promised<NodeService>;
  close(): void;
}

/** Connects to `unix:///path/csi.sock` or `host:port`. Errors are grpc-js ServiceErrors: `code`, `details`. */
export function connectCsi(address: string): CsiClient {
  const target = [address, credentials.createInsecure(), clientOptions] as const;
  const [identity, controller, node] = [
    new IdentityClient(...target),
    new ControllerClient(...target),
    new NodeClient(...target),
  ];
  return {
    identity: promised(identity),
    controller: promised(controller),
    node: promised(node),
    close: () => [identity, controller, node].forEach((client) => client.close()),
  };
}

export type { Promised } from './promised-client.js';
export { connectRegistration, type KubeletRegistrationClient } from './registration-client.js';
export type { CreateVolumeRequest, NodePublishVolumeRequest, VolumeCapability } from '../gen/csi.js';

/** Generated messages, to build requests: `csi.CreateVolumeRequest.fromPartial({ name })`. */
export * as csi from '../gen/csi.js';
