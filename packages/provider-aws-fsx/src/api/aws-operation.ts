import { DriverError, Slots, unobserved, untilAborted, type CloudRequests } from '@lustre-csi/core';
import { toDriverError, type CallKind } from './errors.js';
import { endOf, observeRequests } from './observe-requests.js';

/** Permission that a call needs in an IAM policy. */
export interface Permission {
  /** Action in IAM's spelling: `fsx:CreateFileSystem`. */
  readonly action: string;
  /** Kinds of resources, as patterns of ARNs: `arn:*:fsx:*:*:file-system/*`. */
  readonly resources: readonly string[];
  /** IAM condition block; absent: none. */
  readonly condition?: object;
}

/** Options that the SDK takes with the input. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** One operation of an AWS service that the driver calls. */
export interface AwsOperation<Client, Input, Output> {
  /** Name in the API reference: `CreateFileSystem`. */
  readonly name: string;
  readonly kind: CallKind;
  /** Permissions that the identity needs for the call. */
  readonly permissions: readonly Permission[];
  readonly send: (client: Client, input: Input, options: SendOptions) => Promise<Output>;
}

/** The part of an SDK client that the caller needs besides its operations. */
export interface SdkClient {
  readonly middlewareStack: unknown;
  readonly config: { readonly credentials: () => Promise<unknown> };
}

/** Calls of one client at once: as many as the SDK opens connections. A call that waited for a connection would fail by the
 *  time limit of connecting. */
export const MAX_CONNECTIONS = 50;

/** Limit for a request for credentials; a source that answers at all takes far less. Milliseconds. */
const CREDENTIALS_MS = 30_000;

/** Name under which requests for credentials are reported, whichever service gives them. */
export const GET_CREDENTIALS = 'GetCredentials';

/**
 * Calls one service. It is the only access to the SDK's client, so that every call is one of the operations from which
 * the IAM policy is generated.
 *
 * A client shares one request for credentials among all of its calls. Where the source never answers (an agent on the
 * node that accepts connections and hangs), no call of the client ends, and the client sends no second request: the
 * caller replaces such a client.
 */
export class AwsCaller<Client extends SdkClient> {
  readonly #slots = new Slots(MAX_CONNECTIONS);
  #client: Promise<Client> | undefined;
  #credentials: Promise<unknown> | undefined;
  #identity: unknown;

  constructor(
    /** Creates a client; may load its SDK for that. */
    private readonly newClient: () => Client | Promise<Client>,
    private readonly requests: CloudRequests = unobserved,
    private readonly credentialsMs = CREDENTIALS_MS,
  ) {}

  /** Calls and throws the SDK's own error, for callers that expect some errors.
   *  @throws the SDK's error, or the reason of the signal */
  async attempt<Input, Output>(
    operation: AwsOperation<Client, Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    const client = await (this.#client ??= this.#create());
    // The SDK heeds its signal only during a request, not while it waits for credentials or to retry.
    await untilAborted((this.#credentials ??= this.#ask(client)), signal);
    const send = (): Promise<Output> =>
      untilAborted(operation.send(client, input, { abortSignal: signal }), signal);
    return this.#slots.run(send, signal);
  }

  async #create(): Promise<Client> {
    try {
      return observeRequests(await this.newClient(), this.requests);
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  /** Waits for credentials on behalf of all callers; it does not end when one of them gives up. */
  async #ask(client: Client): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(noCredentials(this.credentialsMs)), this.credentialsMs);
    const ended = this.requests.sent(GET_CREDENTIALS, 1);
    try {
      const identity = await untilAborted(client.config.credentials(), late.signal);
      // The SDK keeps them until they expire: the same object was not requested now.
      if (identity !== this.#identity) ended({ code: 'OK' });
      this.#identity = identity;
    } catch (error) {
      ended(late.signal.aborted ? { code: 'timeout' } : endOf(error));
      if (late.signal.aborted) this.#client = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#credentials = undefined;
    }
  }

  /** Calls and translates errors.
   *  @throws DriverError */
  async call<Input, Output>(
    operation: AwsOperation<Client, Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    try {
      return await this.attempt(operation, input, signal);
    } catch (error) {
      throw toDriverError(error, { operation: operation.name, kind: operation.kind, signal });
    }
  }

  /** Calls and translates errors, as `call`.
   *  @returns undefined where the error has one of the names in `absent`
   *  @throws DriverError */
  async callUnless<Input, Output>(
    operation: AwsOperation<Client, Input, Output>,
    input: Input,
    { signal, absent }: { readonly signal: AbortSignal; readonly absent: readonly string[] },
  ): Promise<Output | undefined> {
    try {
      return await this.attempt(operation, input, signal);
    } catch (error) {
      if (error instanceof Error && absent.includes(error.name)) return undefined;
      throw toDriverError(error, { operation: operation.name, kind: operation.kind, signal });
    }
  }
}

const noCredentials = (milliseconds: number): DriverError =>
  new DriverError(
    'unavailable',
    `no credentials arrived within ${milliseconds / 1000} s: their source (the agent of EKS Pod Identity, STS or the ` +
      'instance metadata) accepts connections and does not answer. Check it; the next call requests them again',
  );
