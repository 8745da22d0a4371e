/** An error that an AWS service answers with. Each front end words it in its own protocol. */
export class AwsError extends Error {
  constructor(
    /** The name in the service's API reference, such as `FileSystemNotFound`. */
    readonly code: string,
    message: string,
    /** Further members of the error's shape, such as `Parameter` of IncompatibleParameterError. */
    readonly members: Readonly<Record<string, string>> = {},
    /** HTTP status. FSx answers 400 to every fault of the caller. */
    readonly status = 400,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

export const badRequest = (message: string): AwsError => new AwsError('BadRequest', message);

export const incompatibleParameter = (parameter: string, message: string): AwsError =>
  new AwsError('IncompatibleParameterError', message, { Parameter: parameter });

export const fileSystemNotFound = (id: string): AwsError =>
  new AwsError('FileSystemNotFound', `File system '${id}' does not exist.`);
