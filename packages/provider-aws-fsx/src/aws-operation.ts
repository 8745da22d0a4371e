import { once } from 'node:events';
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

/** Makes calls of one service. There is no other way to the SDK's client, so that every call is one of the
 *  operations that the IAM policy is made from. */
export class AwsCaller<Client> {
  constructor(private readonly client: Client) {}

  /** The SDK's own error: for callers to which some errors are answers.
   *  @throws whatever the SDK throws, or the reason of the signal */
  async attempt<Input, Output>(
    operation: AwsOperation<Client, Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    return unlessAborted(operation.send(this.client, input, { abortSignal: signal }), signal);
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

/** The SDK looks at its signal only while a request is under way, not while it waits for credentials or to retry. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const answered = new AbortController();
  const aborted = once(signal, 'abort', { signal: answered.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    answered.abort();
  }
}
