import { DriverError } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { toDriverError } from './errors.js';
import type { OciApi } from './oci-api.js';
import { ociOperations } from './oci-operations.js';

const domain = z.object({ name: z.string() });

/** Name of an availability domain without the prefix of the tenancy, in lower case: `phx-ad-1`. */
export const shortDomain = (name: string): string => name.replace(/^[^:]*:/, '').toLowerCase();

/** Names of availability domains in the tenancy. They do not change: they are looked up once. */
export class AvailabilityDomains {
  readonly #names = new Map<string, readonly string[]>();

  constructor(private readonly api: Pick<OciApi, 'all'>) {}

  /** Finds the name with the prefix of the tenancy, which each tenancy has for itself.
   *  @throws DriverError invalid-argument naming the domains of the region, unavailable where they cannot be listed */
  async fullName(given: string, compartmentId: string, signal: AbortSignal): Promise<string> {
    const names = await this.#list(compartmentId, signal);
    const found = names.find((name) => shortDomain(name) === shortDomain(given));
    if (found !== undefined) return found;
    throw new DriverError(
      'invalid-argument',
      `availabilityDomain is "${given}", but the region has only ${names.map((name) => name.replace(/^[^:]*:/, '')).join(', ')}`,
    );
  }

  async #list(compartmentId: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.#names.get(compartmentId);
    if (known) return known;
    const doing = 'cannot list the availability domains of the region';
    const query = { compartmentId };
    try {
      const items = await this.api.all(ociOperations.listAvailabilityDomains, { query }, signal);
      const names = items.flatMap((item) => {
        const parsed = z.safeParse(domain, item);
        return parsed.success ? [parsed.data.name] : [];
      });
      if (names.length > 0) this.#names.set(compartmentId, names);
      return names;
    } catch (error) {
      throw toDriverError(error, doing, 'lookup', signal);
    }
  }
}
