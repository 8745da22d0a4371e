import {
  DriverError,
  Faults,
  type FileSystemPlan,
  type TopologyRequirement,
  type VolumeMetadata,
  type VolumeRequest,
} from '@lustre-csi/core';
import { regionOf } from '../node/volume-handle.js';
import { zoneKey } from '../node/zone-key.js';
import { accessRulesFor, type AccessRulesOptions } from '../parameters/access-rules.js';
import { mergedLabels, type Labels } from '../parameters/labels.js';
import { maintenanceFor, type MaintenanceWindow } from '../parameters/maintenance.js';
import { inspectMutableParameters } from '../parameters/mutable-parameters.js';
import { fullNetwork, networkName } from '../parameters/network.js';
import { managedLustreParameterSchema, type ManagedLustreParameters } from '../parameters/parameters.js';
import { DYNAMIC_THROUGHPUT, tierOf, type Tier } from './capacity-rules.js';
import { fsnameOf, keyName, resourceName } from './resource-name.js';
import { attribute, scopeOf } from './to-file-system.js';

/** Place in which instances are created. */
export interface Place {
  readonly project: string;
  /** Zone of this machine, for requests without a topology. */
  readonly zone: () => Promise<string>;
}

/** Plan for an instance. */
export interface InstancePlan extends FileSystemPlan {
  readonly project: string;
  readonly zone: string;
  readonly tier: Tier;
  readonly filesystem: string;
  readonly network: string;
  readonly labels: Labels;
  readonly description: string | undefined;
  readonly kmsKey: string | undefined;
  readonly placementPolicy: string | undefined;
  readonly isDynamic: boolean;
  readonly accessRules: AccessRulesOptions | undefined;
  readonly maintenance: MaintenanceWindow | undefined;
  /** Cloud Storage path to import. */
  readonly importPath: string | undefined;
  readonly metadata: VolumeMetadata;
}

/** Reads the parameters of a request. The volume name of the plan is the id of the instance, as labels cannot have the
 *  names that CSI allows. The scope is the region: another call for the same volume may prefer another of its zones.
 *  @throws DriverError invalid-argument naming the parameter */
export async function planFor(request: VolumeRequest, place: Place): Promise<InstancePlan> {
  const faults = new Faults();
  const given = parametersOf(request, faults);
  const tier = faults.attempt(['perUnitStorageThroughput', 'dynamicTier'], () => tierFor(given));
  const accessRules = faults.attempt(['squashMode', 'squashUid', 'squashGid', 'accessRules'], () =>
    accessRulesFor(given),
  );
  const maintenance = faults.attempt(['maintenanceDayOfWeek', 'maintenanceStartTime'], () =>
    maintenanceFor(given),
  );
  const chosen = faults.attempt([], () => zoneIn(request.topology));
  faults.throwIfAny();
  if (!tier) throw invalid('perUnitStorageThroughput is wrong');
  const zone = chosen ?? (await place.zone());
  const volumeName = resourceName(request.name);
  const { project } = place;
  const { filesystem } = given;
  const plan = {
    ...{
      volumeName,
      listingScope: scopeOf(project, zone),
      project,
      zone,
      tier,
      ...settingsOf(given, project),
    },
    ...{ accessRules, maintenance, metadata: request.metadata },
    filesystem: filesystem ?? fsnameOf(regionOf(zone), volumeName),
  };
  const warnings = filesystem === undefined ? [] : [sharedName(filesystem)];
  return {
    ...plan,
    attributes: attributesOf(plan, filesystem),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Settings that follow from one parameter each. */
function settingsOf(
  given: ManagedLustreParameters,
  project: string,
): Pick<
  InstancePlan,
  'network' | 'labels' | 'description' | 'kmsKey' | 'placementPolicy' | 'isDynamic' | 'importPath'
> {
  return {
    network: fullNetwork(given.network ?? 'default', project),
    labels: given.labels ?? {},
    description: given.description,
    kmsKey: given.kmsKey,
    placementPolicy: given.placementPolicy,
    isDynamic: given.dynamicTier === 'DEFAULT_CACHE',
    importPath: given.importPath,
  };
}

const sharedName = (filesystem: string): string =>
  `the StorageClass gives all volumes the file system name ${filesystem}, and a node cannot mount two instances of one name; ` +
  'without the parameter "filesystem" each volume gets a name of its own';

/** Merges the parameters: a VolumeAttributesClass takes precedence over the StorageClass; labels of both are merged. */
function parametersOf(
  { parameters, mutableParameters }: VolumeRequest,
  faults: Faults,
): ManagedLustreParameters {
  const { values: given, ...found } = managedLustreParameterSchema.inspect(parameters);
  const { values: mutable, ...foundInMutable } = inspectMutableParameters(mutableParameters);
  faults.add(found);
  faults.add(foundInMutable);
  const own = given.labels ?? {};
  const labels = faults.attempt(['labels'], () => mergedLabels(own, mutable.labels ?? {}) ?? own);
  return { ...given, ...mutable, ...(labels ? { labels } : {}) };
}

function tierFor({ perUnitStorageThroughput, dynamicTier }: ManagedLustreParameters): Tier | undefined {
  const isDynamic = dynamicTier === 'DEFAULT_CACHE';
  if (isDynamic && perUnitStorageThroughput !== undefined) {
    throw invalid(
      'perUnitStorageThroughput and dynamicTier "DEFAULT_CACHE" exclude each other: leave the first out',
    );
  }
  if (isDynamic) return tierOf(DYNAMIC_THROUGHPUT);
  if (perUnitStorageThroughput !== undefined) return tierOf(perUnitStorageThroughput);
  throw invalid('perUnitStorageThroughput must be given: 125, 250, 500 or 1000');
}

/** Zone that the topology prefers; undefined: it names none.
 *  @throws DriverError invalid-argument for another key */
export function zoneIn({ preferred, requisite }: TopologyRequirement): string | undefined {
  const all = [...preferred, ...requisite];
  const other = all.flatMap((segments) => Object.keys(segments)).find((key) => key !== zoneKey);
  if (other !== undefined) {
    throw invalid(
      `the topology has the key "${other}"; this driver has only ${zoneKey}: correct allowedTopologies`,
    );
  }
  return all.map((segments) => segments[zoneKey]).find((zone) => zone !== undefined && zone !== '');
}

/** Attributes with which the instance must have been created, in the spelling of `to-file-system.ts`. Mutable settings are
 *  left out: a modified volume is still the same. So is the zone, which another call may prefer differently. */
function attributesOf(
  { tier, network, kmsKey, isDynamic }: Pick<InstancePlan, 'tier' | 'network' | 'kmsKey' | 'isDynamic'>,
  filesystem: string | undefined,
): Readonly<Record<string, string>> {
  return {
    ...(isDynamic ? {} : { [attribute.throughput]: tier.throughput }),
    [attribute.network]: networkName(network),
    [attribute.dynamicTier]: isDynamic ? 'DEFAULT_CACHE' : 'DISABLED',
    ...(filesystem === undefined ? {} : { [attribute.filesystem]: filesystem }),
    ...(kmsKey === undefined ? {} : { [attribute.kmsKey]: keyName(kmsKey) }),
  };
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
