import type { ServiceError } from '@grpc/grpc-js';
import type { RequestOf, ResponseOf } from './method-adapter.js';

type UnaryMethod<Request, Response> = (
  request: Request,
  options: object,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** Service for a caller: one async function for each RPC. A deadline is optional, as in gRPC. */
export type Promised<Service> = {
  readonly [Name in keyof Service]: (
    request: RequestOf<Service[Name]>,
    options?: { readonly deadline?: Date | number },
  ) => Promise<ResponseOf<Service[Name]>>;
};

/** Options of all clients. Node's HTTP/2 server refuses a socket path as :authority; kubelet and the sidecars send this too.
 *  Connections are not shared: one that failed waits a second, although another process may listen at the path by now. */
export const clientOptions = {
  'grpc.default_authority': 'localhost',
  'grpc.use_local_subchannel_pool': 1,
};

/** Turns the callbacks of a grpc-js client into promises. */
export function promised<Service>(client: object): Promised<Service> {
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
  }) as Promised<Service>;
}
