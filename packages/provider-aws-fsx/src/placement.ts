import { DriverError, type TopologyRequirement, type TopologySegments } from '@lustre-csi/core';
import type { FsxPlan } from './plan.js';
import type { FsxSettings } from './settings.js';
import type { SubnetZones } from './subnet-zones.js';
import { zoneKey } from './zone-key.js';

type Zones = Readonly<Record<string, string>>;

/** Decides in which subnet the file system of a plan is created. Looks zones up only where they matter. */
export async function place(plan: FsxPlan, subnetZones: SubnetZones): Promise<FsxPlan> {
  const { subnetId, subnetIds = subnetId === undefined ? [] : [subnetId], strictTopology } = plan.settings;
  if (subnetIds.length < 2 && !strictTopology) return plan;
  const zones = await subnetZones.of(subnetIds);
  const chosen = chooseSubnet(subnetIds, zones, {
    topology: plan.topology,
    strict: strictTopology ?? false,
  });
  return { ...plan, zones, settings: { ...plan.settings, subnetId: chosen } };
}

/**
 * The subnet that suits the requirement best: one in the zone that is preferred most, otherwise one in a zone that
 * is allowed at all, otherwise the first; the order of the list decides between equals. Pure.
 *
 * @throws DriverError resource-exhausted where only an allowed zone will do and there is no subnet in one
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

/** Where a volume can be used; undefined: from everywhere. */
export function accessibleTopology(
  { strictTopology }: Pick<FsxSettings, 'strictTopology'>,
  zone: string | undefined,
): readonly TopologySegments[] | undefined {
  return strictTopology && zone !== undefined ? [{ [zoneKey]: zone }] : undefined;
}
