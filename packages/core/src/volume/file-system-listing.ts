import type { Clock } from '../concurrency/clock.js';
import { SharedPoller } from '../concurrency/shared-poller.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import type { FileSystem } from './file-system.js';

/** The longest that one complete listing may take before it counts as failed. */
const LISTING_TIMEOUT_MS = 60_000;

/**
 * The file systems of a scope, listed once for everybody who waits: N pending volumes cost one listing a tick. It is
 * the only way in which waiting operations look at the cloud.
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
  within(scope: string, milliseconds: number): Promise<readonly FileSystem[]> {
    return this.#poller(scope).within(milliseconds);
  }

  #poller(scope: string): SharedPoller<readonly FileSystem[]> {
    let poller = this.#pollers.get(scope);
    if (!poller) {
      const list = (): Promise<readonly FileSystem[]> =>
        this.provider.list(scope, AbortSignal.timeout(LISTING_TIMEOUT_MS));
      poller = new SharedPoller(list, this.clock);
      this.#pollers.set(scope, poller);
    }
    return poller;
  }
}
