import { DriverError } from '@lustre-csi/core';
import type { Ec2Api } from './ec2-api.js';

const LOOKUP_TIMEOUT_MS = 30_000;

/** Availability Zones of subnets. A subnet never changes its zone, so that each is looked up once; concurrent callers
 *  with the same subnets share one call. */
export class SubnetZones {
  readonly #known = new Map<string, string>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(private readonly ec2: Pick<Ec2Api, 'zones'>) {}

  /** Looks up the zone of each subnet id.
   *  @throws DriverError invalid-argument naming a subnet that does not exist, and the errors of EC2 */
  async of(subnetIds: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const missing = subnetIds.filter((id) => !this.#known.has(id)).sort();
    if (missing.length > 0) await this.#ask(missing);
    return Object.fromEntries(subnetIds.map((id) => [id, this.#zoneOf(id)]));
  }

  async #ask(subnetIds: readonly string[]): Promise<void> {
    const key = subnetIds.join();
    const asking = this.#asking.get(key) ?? this.#lookUp(subnetIds).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    await asking;
  }

  async #lookUp(subnetIds: readonly string[]): Promise<void> {
    const found = await this.ec2.zones(subnetIds, AbortSignal.timeout(LOOKUP_TIMEOUT_MS));
    if (!found) throw noSuchSubnet(subnetIds);
    for (const [id, zone] of found) this.#known.set(id, zone);
  }

  #zoneOf(subnetId: string): string {
    const zone = this.#known.get(subnetId);
    if (zone === undefined) throw noSuchSubnet([subnetId]);
    return zone;
  }
}

const noSuchSubnet = (subnetIds: readonly string[]): DriverError =>
  new DriverError(
    'invalid-argument',
    `parameters "subnetId", "subnetIds": EC2 does not know ${subnetIds.length > 1 ? 'one of ' : ''}${subnetIds.join(', ')} ` +
      'in this account and region',
  );
