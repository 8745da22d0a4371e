import type { HttpRequest } from './http-request.js';

/** One request of the Managed Lustre API. */
export interface ApiRequest {
  readonly method: HttpRequest['method'];
  /** Path below `/v1/`, as the API reference writes it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** One operation of the API that the driver calls. */
export interface LustreOperation<Input> {
  /** Method name in the API reference: `CreateInstance`. */
  readonly name: string;
  /** IAM permissions that the identity needs. */
  readonly permissions: readonly string[];
  /** True for changes, which carry a requestId. */
  readonly isChange: boolean;
  readonly request: (input: Input) => ApiRequest;
}

/** Declares an operation. */
export const operation = <Input>(declared: LustreOperation<Input>): LustreOperation<Input> => declared;
