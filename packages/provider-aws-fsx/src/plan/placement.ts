import {
  DriverError,
  isFinal,
  type FileSystem,
  type TopologyRequirement,
  type TopologySegments,
} from '@lustre-csi/core';
import type { FsxPlan } from './plan.js';
import type { SubnetZones } from '../api/subnet-zones.js';
import { zoneKey } from '../node/zone-key.js';

type Zones = Readonly<Record<string, string>>;

/** Decides in which subnet the file system of a plan is created. Looks zones up only where they matter. A missing subnet
 *  becomes the plan's refusal instead of an error: a file system that exists already has its subnet. */
export async function place(plan: FsxPlan, subnetZones: SubnetZones): Promise<FsxPlan> {
  const { subnetId, subnetIds = subnetId === undefined ? [] : [subnetId], strictTopology } = plan.settings;
  if (subnetIds.length < 2 && !strictTopology) return plan;
  let zones: Zones = {};
  try {
    zones = await subnetZones.of(subnetIds);
    const chosen = chooseSubnet(subnetIds, zones, {
      topology: plan.topology,
      strict: strictTopology ?? false,
    });
    return { ...plan, zones, settings: { ...plan.settings, subnetId: chosen } };
  } catch (error) {
    if (!isFinal(error)) throw error;
    return { ...plan, zones, refusal: error };
  }
}

/**
 * Chooses the subnet that fits the requirement best: one in the most preferred zone, otherwise one in an allowed zone,
 * otherwise the first; the order of the list decides between equals. Pure.
 *
 * @throws DriverError resource-exhausted where only an allowed zone is acceptable and no subnet lies in one
 */
export function chooseSubnet(
  subnetIds: readonly string[],
  zones: Zones,
  { topology, strict }: { readonly topology: TopologyRequirement; readonly strict: boolean },
): string {
  const wanted = [...topology.preferred, ...topology.requisite].flatMap(zoneOf);
  const suited = wanted.flatMap((zone) => subnetIds.find((id) => zones[id] === zone) ?? []);
  const [best] = suited;
  if (best !== undefined) return best;
  const [first] = subnetIds;
  if (first !== undefined && (!strict || wanted.length === 0)) return first;
  const have = [...new Set(subnetIds.map((id) => zones[id]))].join(', ');
  throw new DriverError(
    'resource-exhausted',
    `the volume can be used in ${[...new Set(wanted)].join(', ')} only, and the subnets of the StorageClass are in ` +
      `${have}: add a subnet there to "subnetIds", or remove "strictTopology"`,
  );
}

const zoneOf = (segments: TopologySegments): readonly string[] =>
  segments[zoneKey] === undefined ? [] : [segments[zoneKey]];

/** Topology from which a volume can be used; undefined: everywhere.
 *  @throws DriverError unavailable where the volume can be used in its zone only, and the zone could not be looked up */
export function accessibleTopology(
  { settings, refusal, zones }: Pick<FsxPlan, 'settings' | 'refusal' | 'zones'>,
  { id, attributes }: Pick<FileSystem, 'id' | 'attributes'>,
): readonly TopologySegments[] | undefined {
  if (!settings.strictTopology) return undefined;
  const zone = zones[attributes['subnetId'] ?? ''];
  if (zone !== undefined) return [{ [zoneKey]: zone }];
  if (refusal === undefined) return undefined;
  throw new DriverError(
    'unavailable',
    `the Availability Zone of file system ${id} is unknown: ${refusal.message}. Correct the subnets of the ` +
      'StorageClass, and the volume is completed automatically',
    { cause: refusal },
  );
}
