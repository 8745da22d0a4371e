import { invalidParameter, missingParameter } from '../protocol/oci-error.js';
import { BodyReader, type JsonObject } from '../protocol/request-body.js';

export interface RootSquash {
  readonly identitySquash: string;
  readonly squashUid?: number;
  readonly squashGid?: number;
  readonly clientExceptions?: readonly string[];
}

/** Settings that UpdateLustreFileSystem takes. */
export interface ChangeableSettings {
  readonly displayName: string;
  readonly fileSystemDescription?: string;
  readonly capacityInGBs: number;
  readonly nsgIds: readonly string[];
  readonly kmsKeyId?: string;
  readonly rootSquashConfiguration: RootSquash;
  readonly maintenanceWindow?: { readonly dayOfWeek: string; readonly timeStart: string };
  readonly freeformTags: Readonly<Record<string, unknown>>;
  readonly definedTags: Readonly<Record<string, unknown>>;
}

/** Settings of a creation. */
export interface RequestedFileSystem extends ChangeableSettings {
  readonly compartmentId: string;
  readonly availabilityDomain: string;
  readonly fileSystemName: string;
  readonly subnetId: string;
  readonly performanceTier: string;
  readonly clusterPlacementGroupId?: string;
}

/** Members that only a creation takes: an update with one of them is refused. */
const fixed = [
  'compartmentId',
  'availabilityDomain',
  'fileSystemName',
  'subnetId',
  'performanceTier',
  'clusterPlacementGroupId',
] as const;

/** Reads the body of CreateLustreFileSystem. @throws OciError 400 */
export function readCreation(body: JsonObject): RequestedFileSystem {
  const reader = new BodyReader(body);
  const capacityInGBs = reader.integer('capacityInGBs');
  if (capacityInGBs === undefined) throw missingParameter('capacityInGBs');
  const rootSquashConfiguration = readRootSquash(reader);
  if (!rootSquashConfiguration) throw missingParameter('rootSquashConfiguration');
  const placementGroup = reader.string('clusterPlacementGroupId');
  return {
    compartmentId: reader.required('compartmentId'),
    availabilityDomain: reader.required('availabilityDomain'),
    fileSystemName: reader.required('fileSystemName'),
    subnetId: reader.required('subnetId'),
    performanceTier: reader.required('performanceTier'),
    displayName: `lustrefilesystem${Date.now()}`,
    nsgIds: [],
    freeformTags: {},
    definedTags: {},
    ...readChange(reader),
    capacityInGBs,
    rootSquashConfiguration,
    ...(placementGroup === undefined ? {} : { clusterPlacementGroupId: placementGroup }),
  };
}

/** Reads the body of UpdateLustreFileSystem: the members that it names. @throws OciError 400 */
export function readUpdate(body: JsonObject): Partial<ChangeableSettings> {
  const reader = new BodyReader(body);
  const unchangeable = fixed.find((name) => reader.has(name));
  if (unchangeable !== undefined) throw invalidParameter(`${unchangeable} cannot be updated`);
  return readChange(reader);
}

function readChange(reader: BodyReader): Partial<ChangeableSettings> {
  const window = reader.child('maintenanceWindow');
  const members: { readonly [Name in keyof ChangeableSettings]?: ChangeableSettings[Name] | undefined } = {
    displayName: reader.string('displayName'),
    fileSystemDescription: reader.string('fileSystemDescription'),
    capacityInGBs: reader.integer('capacityInGBs'),
    nsgIds: reader.strings('nsgIds'),
    kmsKeyId: reader.string('kmsKeyId'),
    rootSquashConfiguration: readRootSquash(reader),
    maintenanceWindow: window && {
      dayOfWeek: window.required('dayOfWeek'),
      timeStart: window.required('timeStart'),
    },
    freeformTags: reader.value('freeformTags'),
    definedTags: reader.value('definedTags'),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function readRootSquash(reader: BodyReader): RootSquash | undefined {
  const squash = reader.child('rootSquashConfiguration');
  if (!squash) return undefined;
  const identitySquash = squash.string('identitySquash') ?? 'NONE';
  const clientExceptions = squash.strings('clientExceptions');
  const isRoot = identitySquash === 'ROOT';
  return {
    identitySquash,
    ...(isRoot ? { squashUid: squash.integer('squashUid') ?? 65534 } : {}),
    ...(isRoot ? { squashGid: squash.integer('squashGid') ?? 65534 } : {}),
    ...(clientExceptions === undefined ? {} : { clientExceptions }),
  };
}
