/** What lfs says about arguments or paths that it cannot work with; it ends with status 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
