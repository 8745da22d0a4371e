import { DriverError, untilAborted } from '@lustre-csi/core';
import { toDriverError, type CallKind } from './errors.js';

/** What stands in an IAM policy for a call. */
export interface Permission {
  /** As IAM spells it: `fsx:CreateFileSystem`. */
  readonly action: string;
  /** Kinds of resources, as in their ARNs: `arn:*:fsx:*:*:file-system/*`. */
  readonly resources: readonly string[];
  /** An IAM condition block; absent: none. */
  readonly condition?: object;
}

/** What the SDK takes beside the input. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** One operation of an AWS service, as the driver uses it. */
export interface AwsOperation<Client, Input, Output> {
  /** As the API reference names it: `CreateFileSystem`. */
  readonly name: string;
  readonly kind: CallKind;
  /** All that an identity needs for it. */
  readonly permissions: readonly Permission[];
  readonly send: (client: Client, input: Input, options: SendOptions) => Promise<Output>;
}

/** What the caller needs of an SDK client beside its operations. */
export interface SdkClient {
  readonly config: { readonly credentials: () => Promise<unknown> };
}

/** Far longer than a source of credentials takes that answers at all. Milliseconds. */
const CREDENTIALS_MS = 30_000;

/**
 * Makes calls of one service. There is no other way to the SDK's client, so that every call is one of the operations that
 * the IAM policy is made from.
 *
 * A client shares one request for credentials among all of its calls. Where that is never answered (an agent on the node that
 * accepts connections and hangs), no call of the client ever ends, and it asks nobody again: such a client is replaced.
 */
export class AwsCaller<Client extends SdkClient> {
  #client: Client | undefined;
  #credentials: Promise<unknown> | undefined;

  constructor(
    private readonly newClient: () => Client,
    private readonly credentialsMs = CREDENTIALS_MS,
  ) {}

  /** The SDK's own error: for callers to which some errors are answers.
   *  @throws whatever the SDK throws, or the reason of the signal */
  async attempt<Input, Output>(
    operation: AwsOperation<Client, Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    const client = (this.#client ??= this.newClient());
    // The SDK looks at its signal only while a request is under way, not while it waits for credentials or to retry.
    await untilAborted((this.#credentials ??= this.#ask(client)), signal);
    return untilAborted(operation.send(client, input, { abortSignal: signal }), signal);
  }

  /** Waits for credentials, whoever of the callers still does. */
  async #ask(client: Client): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(noCredentials(this.credentialsMs)), this.credentialsMs);
    try {
      await untilAborted(client.config.credentials(), late.signal);
    } catch (error) {
      if (late.signal.aborted) this.#client = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#credentials = undefined;
    }
  }

  /** @throws DriverError */
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

  /** As `call`, but undefined where the error has one of these names.
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
    `no credentials came in ${milliseconds / 1000} s: their source (the agent of EKS Pod Identity, STS or the instance ` +
      'metadata) accepts connections and does not answer. Look at it; the next call asks anew',
  );
