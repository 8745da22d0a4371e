import type { Log } from '../model/log.js';
import {
  Metadata,
  type handleUnaryCall,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { DriverError } from '../errors/driver-error.js';
import type { OperationContext } from '../model/operation-context.js';
import { checkSizes } from '../request/size-limits.js';
import type { Call, Handler } from './call-chain.js';
import { lazySignal } from './lazy-signal.js';
import { errorToStatus } from './error-to-status.js';

export type RequestOf<Method> = Method extends { requestSerialize: (value: infer Request) => Buffer }
  ? Request
  : never;
export type ResponseOf<Method> = Method extends { responseSerialize: (value: infer Response) => Buffer }
  ? Response
  : never;

/** Implementation of a CSI service: one async function for each RPC that it serves. */
export type Methods<Service> = {
  readonly [Name in keyof Service]?: (
    request: RequestOf<Service[Name]>,
    context: OperationContext,
  ) => Promise<ResponseOf<Service[Name]>>;
};

/** Placeholder for a request that cannot be decoded: the call chain reports INVALID_ARGUMENT, grpc-js would report INTERNAL. */
class MalformedRequest {
  constructor(readonly cause: unknown) {}
}

/** Replaces the decoders of a definition, so that no request throws in the transport. */
export function withTolerantRequests(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes) as unknown;
        } catch (error) {
          return new MalformedRequest(error);
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

/** Adapts methods to grpc-js. RPCs that the driver does not serve answer UNIMPLEMENTED, by name. */
export function implement(
  definition: ServiceDefinition,
  methods: object,
  wrap: (handler: Handler) => Handler,
  log: Log,
): UntypedServiceImplementation {
  const entries = Object.entries(definition)
    .filter(([, method]) => !method.responseStream)
    .map(([name, method]) => {
      const serve = (methods as Record<string, Handler | undefined>)[name] ?? unimplemented(method);
      return [name, unary(method, wrap(refuseMalformed(serve)), log)];
    });
  return Object.fromEntries(entries) as UntypedServiceImplementation;
}

const refuseMalformed =
  (next: Handler): Handler =>
  async (request, call) => {
    if (!(request instanceof MalformedRequest)) {
      checkSizes(request);
      return next(request, call);
    }
    const why = String(request.cause);
    throw new DriverError(
      'invalid-argument',
      `the request is not a ${call.method}Request of CSI 1.12: ${why}`,
    );
  };

function unimplemented(method: MethodDefinition<unknown, unknown>): Handler {
  const { rpc } = nameOf(method);
  return async () => {
    throw new DriverError('unimplemented', `${rpc} is not implemented: the driver does not advertise it`);
  };
}

/** Adapts one RPC; the only place with the callback of grpc-js. */
function unary(
  method: MethodDefinition<unknown, unknown>,
  handler: Handler,
  log: Log,
): handleUnaryCall<unknown, unknown> {
  const { service, rpc } = nameOf(method);
  return (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
    let isOver = false;
    const cancelled = lazySignal((abort) => {
      // grpc-js reports the end of each call as its cancellation, also after the answer.
      const givenUp = (): void => {
        if (!isOver) abort(new DriverError('cancelled', `the caller gave up ${rpc}`));
      };
      if (call.cancelled) givenUp();
      else call.once('cancelled', givenUp);
    });
    const context: Call = {
      ...{ service, method: rpc, deadline: Number(call.getDeadline()), log },
      get cancelled() {
        return cancelled();
      },
      get signal() {
        return cancelled();
      },
    };
    handler(call.request, context)
      .finally(() => (isOver = true))
      .then(
        (response) => callback(null, response, new Metadata()),
        (error: unknown) => callback(errorToStatus(error)),
      );
  };
}

/** Parses a gRPC path, `/csi.v1.Controller/CreateVolume`. */
function nameOf(method: MethodDefinition<unknown, unknown>): {
  readonly service: string;
  readonly rpc: string;
} {
  const [, service = '', rpc = ''] = /\.([A-Za-z]+)\/([A-Za-z]+)$/.exec(method.path) ?? [];
  return { service, rpc };
}
