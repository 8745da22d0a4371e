import type { Clock } from '../concurrency/clock.js';
import { SharedPoller } from '../concurrency/shared-poller.js';
import { withTimeLimit } from '../concurrency/time-limit.js';
import { DriverError } from '../errors/driver-error.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { FileSystem } from '../model/file-system.js';

/** The longest that one complete listing may take before it counts as failed. */
const LISTING_TIMEOUT_MS = 60_000;

/**
 * The file systems of a scope, listed once for all waiting calls: N pending volumes cost one listing a tick.
 * Waiting operations look at the cloud in no other way.
 */
export class FileSystemListing {
  readonly #pollers = new Map<string, SharedPoller<readonly FileSystem[]>>();

  constructor(
    private readonly provider: Pick<ControllerProvider, 'list'>,
    private readonly clock: Clock,
  ) {}

  /** A complete listing that begins after this call. */
  now(scope: string): Promise<readonly FileSystem[]> {
    return this.#poller(scope).now();
  }

  /** A complete listing that begins after this call and at the latest so many milliseconds from now. */
  nextWithin(scope: string, milliseconds: number): Promise<readonly FileSystem[]> {
    return this.#poller(scope).nextWithin(milliseconds);
  }

  #poller(scope: string): SharedPoller<readonly FileSystem[]> {
    let poller = this.#pollers.get(scope);
    if (!poller) {
      poller = new SharedPoller(() => this.#list(scope), this.clock);
      this.#pollers.set(scope, poller);
    }
    return poller;
  }

  /** Ends in time even if the provider does not: a listing that hangs would delay every waiting call for ever. */
  #list(scope: string): Promise<readonly FileSystem[]> {
    const limit = { clock: this.clock, milliseconds: LISTING_TIMEOUT_MS, late: tooSlow(scope) };
    return withTimeLimit(limit, (signal) => this.provider.list(scope, signal));
  }
}

const tooSlow = (scope: string): DriverError =>
  new DriverError(
    'unavailable',
    `listing the file systems of ${scope} took longer than ${LISTING_TIMEOUT_MS / 1000} s and was given up; it is ` +
      "retried automatically. If this continues, check the cloud's status page and the driver's network path to the cloud's API",
  );
