/** A command line that makes no sense. Its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
