import { DriverError, Faults, type FileSystemPlan, type VolumeRequest } from '@lustre-csi/core';
import { shortDomain } from '../api/availability-domains.js';
import { parametersOfTheNode } from '../node/post-mount-parameters.js';
import { contextKey } from '../node/volume-context.js';
import { FREEFORM_TAGS, inspectMutableParameters } from '../parameters/mutable-parameters.js';
import { DEFINED_TAGS, lustreParameterSchema, type LustreParameters } from '../parameters/parameters.js';
import { rootSquashFor, type RootSquash } from '../parameters/root-squash.js';
import type { DefinedTags, Tags } from '../parameters/tags.js';
import { withTags } from '../parameters/tags.js';
import { attribute } from './to-file-system.js';

/** Settings of the creation of a file system, without its capacity. */
export interface Creation {
  readonly compartmentId: string;
  /** As the StorageClass names it: the prefix of the tenancy may be missing. */
  readonly availabilityDomain: string;
  readonly fileSystemName: string;
  readonly subnetId: string;
  readonly performanceTier: string;
  readonly rootSquash: RootSquash;
  readonly nsgIds: readonly string[] | undefined;
  readonly kmsKeyId: string | undefined;
  readonly clusterPlacementGroupId: string | undefined;
  readonly maintenanceWindow: { readonly dayOfWeek: string; readonly timeStart: string } | undefined;
  readonly freeformTags: Tags;
  readonly definedTags: DefinedTags | undefined;
}

/** Plan for a file system. The scope is its compartment. */
export interface LustrePlan extends FileSystemPlan {
  readonly creation: Creation;
  /** Keys of the volume context for the nodes. */
  readonly nodeContext: Readonly<Record<string, string>>;
}

const required = ['subnetId', 'performanceTier', 'availabilityDomain'] as const;
const squashNames = ['rootSquashEnabled', 'rootSquashUid', 'rootSquashGid', 'rootSquashClientExceptions'];

/** Reads the parameters of a request.
 *  @param compartmentId of the settings; it applies where the StorageClass names none
 *  @throws DriverError invalid-argument naming all that is wrong */
export function planFor(request: VolumeRequest, compartmentId: string): LustrePlan {
  const faults = new Faults();
  const given = parametersOf(request, faults);
  for (const name of required) faults.attempt([name], () => mustBeGiven(name, given[name]));
  const rootSquash = faults.attempt(squashNames, () => rootSquashFor(given)) ?? { identitySquash: 'NONE' };
  faults.throwIfAny();
  const creation = { ...creationOf(given, request.name, compartmentId), rootSquash };
  const warnings = warningsAbout(given);
  return {
    volumeName: request.name,
    listingScope: creation.compartmentId,
    attributes: attributesOf(given, creation),
    creation,
    nodeContext: nodeContextOf(given),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Merges the parameters: a VolumeAttributesClass takes precedence over the StorageClass; tags of both are merged. */
function parametersOf({ parameters, mutableParameters }: VolumeRequest, faults: Faults): LustreParameters {
  const { values: given, ...found } = lustreParameterSchema.inspect(parameters);
  const { values: mutable, ...foundInMutable } = inspectMutableParameters(mutableParameters);
  faults.add(found);
  faults.add(foundInMutable);
  const [own = {}, added] = [given[FREEFORM_TAGS], mutable[FREEFORM_TAGS]];
  const tags = added && (faults.attempt([FREEFORM_TAGS], () => withTags(own, added)) ?? own);
  return { ...given, ...mutable, ...(tags ? { [FREEFORM_TAGS]: tags } : {}) };
}

function mustBeGiven(name: string, value: unknown): void {
  if (value === undefined) throw new DriverError('invalid-argument', `parameter "${name}" is missing`);
}

/** Parameters of classes for Oracle's driver that have no effect here. */
function warningsAbout(given: LustreParameters): readonly string[] {
  const { setupLnet, lustreSubnetCidr, lustrePostMountParameters } = given;
  const ofTheNode = parametersOfTheNode(lustrePostMountParameters ?? '[]');
  return [
    ...(lustreSubnetCidr !== undefined && !setupLnet
      ? ['lustreSubnetCidr has no effect without setupLnet: "true"']
      : []),
    ...(ofTheNode.length > 0
      ? [
          `${ofTheNode.join(', ')} of lustrePostMountParameters concerns all Lustre clients of a node, and is not set by a ` +
            'volume: set it on the nodes',
        ]
      : []),
  ];
}

function creationOf(
  given: LustreParameters,
  volumeName: string,
  compartmentId: string,
): Omit<Creation, 'rootSquash'> {
  const { maintenanceDayOfWeek: dayOfWeek, maintenanceTimeStart: timeStart } = given;
  return {
    compartmentId: given.compartmentId ?? compartmentId,
    availabilityDomain: given.availabilityDomain ?? '',
    fileSystemName: given.fileSystemName ?? fileSystemNameFor(volumeName),
    subnetId: given.subnetId ?? '',
    performanceTier: given.performanceTier ?? '',
    nsgIds: given.nsgIds,
    kmsKeyId: given.kmsKeyId,
    clusterPlacementGroupId: given.clusterPlacementGroupId,
    maintenanceWindow: dayOfWeek && timeStart ? { dayOfWeek, timeStart } : undefined,
    freeformTags: given[FREEFORM_TAGS] ?? {},
    definedTags: given[DEFINED_TAGS],
  };
}

/** Lustre fsname for a volume name, as Oracle's driver derives it. */
export const fileSystemNameFor = (volumeName: string): string =>
  `pv${volumeName.replace(/[^A-Za-z0-9]/g, '').slice(-6) || 'lustre'}`;

/** Attributes with which the file system must have been created. Mutable settings are left out. */
function attributesOf(given: LustreParameters, creation: Creation): Readonly<Record<string, string>> {
  const { fileSystemName, clusterPlacementGroupId } = given;
  return {
    [attribute.tier]: creation.performanceTier,
    [attribute.subnet]: creation.subnetId,
    [attribute.domain]: shortDomain(creation.availabilityDomain),
    ...(fileSystemName === undefined ? {} : { [attribute.fsname]: fileSystemName }),
    ...(clusterPlacementGroupId === undefined ? {} : { [attribute.placementGroup]: clusterPlacementGroupId }),
  };
}

function nodeContextOf(given: LustreParameters): Readonly<Record<string, string>> {
  const { setupLnet, lustreSubnetCidr, lustrePostMountParameters } = given;
  return {
    ...(setupLnet === undefined ? {} : { [contextKey.setupLnet]: String(setupLnet) }),
    ...(lustreSubnetCidr === undefined ? {} : { [contextKey.subnetCidr]: lustreSubnetCidr }),
    ...(lustrePostMountParameters === undefined
      ? {}
      : { [contextKey.postMountParameters]: lustrePostMountParameters }),
  };
}
