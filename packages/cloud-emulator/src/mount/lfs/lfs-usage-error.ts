/** Error of lfs about arguments or paths that it cannot process; it ends with status 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
