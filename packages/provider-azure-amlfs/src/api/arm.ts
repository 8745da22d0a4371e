import type { TokenCredential } from '@azure/identity';
import { loadOnce, Slots, untilAborted } from '@lustre-csi/core';
import type { ArmAnswer, ArmChannel, ArmOperation, ArmRequest } from './arm-operation.js';
import type { ArmClient, ArmOptions } from './arm-client.js';
import { inOperation } from './observe-requests.js';
import { isRestError } from './rest-error.js';

/** Limit for one call, in milliseconds. ARM answers within seconds; a longer call is a hanging connection, and the state
 *  of the cloud then shows the outcome of a change. */
const CALL_TIMEOUT = 30_000;

/** Calls at once. The pipeline opens a connection for each and keeps it; ARM allows far fewer calls a second. */
const MAX_CONNECTIONS = 50;

/** Calls Azure Resource Manager through the SDK's client. It is the only access to it, so that every call is one of the
 *  operations from which the role definition is generated. */
export class Arm {
  readonly #slots = new Slots(MAX_CONNECTIONS);
  /** Loads the SDK: it is large, and a controller that waits for work needs none of it. */
  readonly #client = loadOnce(async () => {
    const { ArmClient } = await import('./arm-client.js');
    return new ArmClient(this.credential, this.options);
  });

  constructor(
    private readonly credential: TokenCredential,
    private readonly options: ArmOptions,
  ) {}

  /** Sends the request of an operation and waits for the answer, never for the long-running operation that it starts.
   *  Ends with the signal in any case: the SDK ignores it while it waits for a token.
   *  @throws the SDK's RestError, AbortError, or an error of @azure/identity; and the reason of the signal */
  async call<Input, Output>(
    operation: ArmOperation<Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    const options = { abortSignal: signal, requestOptions: { timeout: CALL_TIMEOUT } };
    const client = await this.#client();
    const channel: ArmChannel = {
      client: client.sdk,
      options,
      subscriptionId: this.options.subscriptionId,
      request: (request) => this.#request(client, request, options),
    };
    const send = (): Promise<Output> =>
      untilAborted(
        inOperation(operation.name, () => operation.send(channel, input)),
        signal,
      );
    return this.#slots.run(send, signal);
  }

  async #request(client: ArmClient, request: ArmRequest, options: ArmChannel['options']): Promise<ArmAnswer> {
    const { path, apiVersions } = request;
    if (path.includes('api-version=')) return client.send(request, path, options);
    const [newest, ...older] = apiVersions;
    try {
      return await client.send(request, `${path}?api-version=${newest}`, options);
    } catch (error) {
      // ARM refused the version before it looked at the request: sovereign clouds get new versions later.
      if (older.length === 0 || !isUnknownVersion(error)) throw error;
      return this.#request(client, { ...request, apiVersions: older }, options);
    }
  }
}

/** Reports whether ARM refused the api-version. */
const isUnknownVersion = (error: unknown): boolean =>
  isRestError(error) && /^(NoRegisteredProviderFound|InvalidApiVersionParameter)$/.test(error.code ?? '');
