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
import { encodingOnce } from './constant-response.js';
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

/** Replaces the decoders of a definition, so that no request throws in the transport, and the encoders, so that constant responses
 *  are encoded once. */
export function withOwnCodecs(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes) as unknown;
        } catch (error) {
          return new MalformedRequest(error);
        }
      };
      const responseSerialize = encodingOnce(method.responseSerialize);
      return [name, { ...method, requestDeserialize, responseSerialize }];
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
    const served = new ServedCall(service, rpc, log, call);
    handler(call.request, served).then(
      (response) => {
        served.isOver = true;
        callback(null, response, new Metadata());
      },
      (error: unknown) => {
        served.isOver = true;
        callback(errorToStatus(error));
      },
    );
  };
}

/** Call of grpc-js as its wrappers see it. A class, since getters of a literal cost as much as a signal, which most calls of an
 *  orchestrator never use. */
class ServedCall implements Call {
  readonly deadline: number;
  isOver = false;
  private controller: AbortController | undefined;

  constructor(
    readonly service: string,
    readonly method: string,
    readonly log: Log,
    private readonly call: ServerUnaryCall<unknown, unknown>,
  ) {
    this.deadline = Number(call.getDeadline());
  }

  get signal(): AbortSignal {
    return this.cancelled;
  }

  get cancelled(): AbortSignal {
    return (this.controller ??= this.watch()).signal;
  }

  private watch(): AbortController {
    const controller = new AbortController();
    // grpc-js reports the end of each call as its cancellation, also after the answer.
    const givenUp = (): void => {
      if (!this.isOver) controller.abort(new DriverError('cancelled', `the caller gave up ${this.method}`));
    };
    if (this.call.cancelled) givenUp();
    else this.call.once('cancelled', givenUp);
    return controller;
  }
}

/** Parses a gRPC path, `/csi.v1.Controller/CreateVolume`. */
function nameOf(method: MethodDefinition<unknown, unknown>): {
  readonly service: string;
  readonly rpc: string;
} {
  const [, service = '', rpc = ''] = /\.([A-Za-z]+)\/([A-Za-z]+)$/.exec(method.path) ?? [];
  return { service, rpc };
}
