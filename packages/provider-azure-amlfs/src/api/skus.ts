import type { ResourceSku } from '@azure/arm-storagecache';
import { Capacity, DriverError, systemClock, untilAborted, type Clock } from '@lustre-csi/core';

/** Facts of a SKU in one location (Microsoft.StorageCache/skus, resource type amlFilesystems). */
export interface SkuFacts {
  readonly name: string;
  readonly location: string;
  /** Step of capacities, which are multiples of it. */
  readonly step: Capacity;
  /** Largest size without special arrangements; absent where Azure does not report it. */
  readonly usualMaximum: Capacity | undefined;
  /** Largest size with special arrangements. */
  readonly maximum: Capacity | undefined;
  /** Availability zones; empty where the SKU has none. */
  readonly zones: readonly string[];
  /** Reason for which the subscription may not use it in this location. */
  readonly restriction: string | undefined;
}

const STEP = 'oss capacity increment (tib)';
const USUAL_MAXIMUM = 'default maximum capacity (tib)';
const LARGE_MAXIMA = ['large cluster maximum capacity (tib)', 'large cluster xl maximum capacity (tib)'];

const MILLISECONDS_FRESH = 3_600_000;

/** Limit for one complete listing, in milliseconds. */
const LISTING_TIMEOUT = 60_000;

/** Normalizes the name of a location: `East US` and `eastus` are the same. */
export function canonicalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

/** Finds the AML file system SKUs of a location. Unreadable ones, such as those without a step, are left out. */
export function skusIn(location: string, skus: readonly ResourceSku[]): readonly SkuFacts[] {
  const here = canonicalLocation(location);
  const isHere = (name: string | undefined): boolean =>
    name !== undefined && canonicalLocation(name) === here;
  return skus
    .filter((sku) => sku.resourceType?.toLowerCase() === 'amlfilesystems')
    .filter((sku) => sku.locations?.some(isHere) ?? sku.locationInfo?.some(({ location: at }) => isHere(at)))
    .flatMap((sku) => {
      const capabilities = capabilitiesOf(sku);
      const step = capabilities.get(STEP);
      if (sku.name === undefined || step === undefined) return [];
      const usual = capabilities.get(USUAL_MAXIMUM);
      const maxima = [usual, ...LARGE_MAXIMA.map((name) => capabilities.get(name))];
      return [
        {
          name: sku.name,
          location: here,
          step: Capacity.tebibytes(step),
          usualMaximum: usual === undefined ? undefined : Capacity.tebibytes(usual),
          maximum: usual === undefined ? undefined : Capacity.tebibytes(largest(maxima)),
          zones: zonesOf(sku, isHere),
          restriction: restrictionOf(sku, isHere),
        },
      ];
    });
}

/** Reads the capabilities that are positive whole numbers, by name. */
function capabilitiesOf(sku: ResourceSku): ReadonlyMap<string, number> {
  return new Map(
    (sku.capabilities ?? [])
      .map(({ name, value }): [string, number] => [name?.toLowerCase() ?? '', Number(value)])
      .filter(([, value]) => Number.isInteger(value) && value > 0),
  );
}

const largest = (values: readonly (number | undefined)[]): number =>
  Math.max(...values.map((value) => value ?? 0));

function zonesOf(sku: ResourceSku, isHere: (name: string | undefined) => boolean): readonly string[] {
  const zones = (sku.locationInfo ?? [])
    .filter(({ location }) => isHere(location))
    .flatMap((info) => info.zones ?? []);
  return [...new Set(zones)].filter((zone) => zone !== '').sort();
}

function restrictionOf(sku: ResourceSku, isHere: (name: string | undefined) => boolean): string | undefined {
  const found = (sku.restrictions ?? [])
    .filter(({ type }) => type === undefined || type.toLowerCase() === 'location')
    .find(({ values }) => values === undefined || values.length === 0 || values.some(isHere));
  return found && (found.reasonCode ?? 'restricted');
}

/** Catalogue of SKUs from the cloud. One listing serves all callers for an hour, and all concurrent callers while it is
 *  in progress. */
export class SkuCatalogue {
  #listed: { readonly skus: Promise<readonly ResourceSku[]>; readonly at: number } | undefined;

  constructor(
    private readonly list: (signal: AbortSignal) => Promise<readonly ResourceSku[]>,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Finds a SKU.
   *  @throws DriverError invalid-argument that lists the SKUs of the location where it has none of that name, or names
   *    the restriction where the subscription may not use it */
  async find(name: string, location: string): Promise<SkuFacts> {
    const offered = skusIn(location, await this.#fresh());
    const sku = offered.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (!sku) throw unknownSku(name, location, offered);
    if (sku.restriction !== undefined) throw restricted(sku, sku.restriction);
    return sku;
  }

  async #fresh(): Promise<readonly ResourceSku[]> {
    const listed = this.#listed;
    const now = this.clock.now();
    if (listed && now - listed.at < MILLISECONDS_FRESH) return listed.skus;
    const skus = this.#inTime();
    const entry = { skus, at: now };
    this.#listed = entry;
    try {
      return await skus;
    } catch (error) {
      // A failed listing is not remembered; its callers get the error.
      if (this.#listed === entry) this.#listed = undefined;
      throw error;
    }
  }

  /** Lists the SKUs within the limit. The listing serves many callers and does not end with any of them. */
  async #inTime(): Promise<readonly ResourceSku[]> {
    const timeOver = new AbortController();
    const callOff = this.clock.after(LISTING_TIMEOUT, () => timeOver.abort(tooSlow()));
    try {
      return await untilAborted(this.list(timeOver.signal), timeOver.signal);
    } finally {
      callOff();
    }
  }
}

const tooSlow = (): DriverError =>
  new DriverError(
    'unavailable',
    `listing the SKUs of Azure Managed Lustre took longer than ${LISTING_TIMEOUT / 1000} s and was cancelled; the next ` +
      'call lists them again. If this persists, check the network between the controller and Azure Resource Manager',
  );

function unknownSku(name: string, location: string, offered: readonly SkuFacts[]): DriverError {
  const names = offered.map((sku) => sku.name).sort();
  const choice =
    names.length > 0
      ? `it offers ${names.join(', ')}`
      : 'it offers no Azure Managed Lustre at all: choose another location';
  return new DriverError(
    'invalid-argument',
    `sku-name is "${name}", but ${location} does not offer it; ${choice}`,
  );
}

function restricted(sku: SkuFacts, reason: string): DriverError {
  return new DriverError(
    'invalid-argument',
    `sku-name is "${sku.name}", but the subscription may not use it in ${sku.location} (${reason}): request access ` +
      `from Azure support, or choose another SKU or location`,
  );
}
