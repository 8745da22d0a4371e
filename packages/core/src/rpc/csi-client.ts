import { credentials, type ServiceError } from '@grpc/grpc-js';
import {
  ControllerClient,
  IdentityClient,
  NodeClient,
  type ControllerService,
  type IdentityService,
  type NodeService,
} from '../gen/csi.js';
import type { RequestOf, ResponseOf } from './method-adapter.js';

type UnaryMethod<Request, Response> = (
  request: Request,
  options: object,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** CSI service for a caller: one async function for each RPC. A deadline is optional, as in gRPC. */
export type Promised<Service> = {
  readonly [Name in keyof Service]: (
    request: RequestOf<Service[Name]>,
    options?: { readonly deadline?: Date | number },
  ) => Promise<ResponseOf<Service[Name]>>;
};

/** Client of the three CSI services at one address, as a container orchestrator uses it. */
export interface CsiClient {
  readonly identity: Promised<IdentityService>;
  readonly controller: Promised<ControllerService>;
  readonly node: Promised<NodeService>;
  close(): void;
}

/** Connects to `unix:///path/csi.sock` or `host:port`. Errors are grpc-js ServiceErrors: `code`, `details`. */
export function connectCsi(address: string): CsiClient {
  // Node's HTTP/2 server refuses a socket path as :authority; kubelet and the sidecars send this too.
  const options = { 'grpc.default_authority': 'localhost' };
  const clients = [IdentityClient, ControllerClient, NodeClient].map(
    (Client) => new Client(address, credentials.createInsecure(), options),
  );
  const [identity, controller, node] = clients.map(promised);
  return {
    identity: identity as Promised<IdentityService>,
    controller: controller as Promised<ControllerService>,
    node: node as Promised<NodeService>,
    close: () => clients.forEach((client) => client.close()),
  };
}

function promised(client: object): unknown {
  return new Proxy(client, {
    get: (target, name) => {
      const method = (target as Record<string | symbol, unknown>)[name] as UnaryMethod<unknown, unknown>;
      return (request: unknown, options: object = {}) =>
        new Promise((resolve, reject) => {
          method.call(target, request, options, (error, response) =>
            error ? reject(error) : resolve(response),
          );
        });
    },
  });
}

export type { CreateVolumeRequest, NodePublishVolumeRequest, VolumeCapability } from '../gen/csi.js';

/** Generated messages, to build requests: `csi.CreateVolumeRequest.fromPartial({ name })`. */
export * as csi from '../gen/csi.js';
