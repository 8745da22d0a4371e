import { invalidParameter, notAuthorizedOrNotFound } from '../protocol/oci-error.js';
import type { OciSeed } from '../seed.js';
import type { ChangeableSettings, RequestedFileSystem, RootSquash } from './requested-file-system.js';

const tiers = ['MBPS_PER_TB_125', 'MBPS_PER_TB_250', 'MBPS_PER_TB_500', 'MBPS_PER_TB_1000'];
const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** Capacities in GB: from the smallest in small steps, and above a size in large ones. */
const SMALLEST = 31_200;
const STEP = 10_400;
const LARGE = 124_800;
const LARGE_STEP = 41_600;

/** Limits of tags (https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm). */
const MAX_FREEFORM_TAGS = 10;
const MAX_KEY = 100;
const MAX_VALUE = 256;

/** Checks the settings of a creation. @throws OciError 400 InvalidParameter, 404 for what the tenancy does not have */
export function checkCreation(spec: RequestedFileSystem, seed: OciSeed): void {
  if (!/^[A-Za-z0-9_]{1,8}$/.test(spec.fileSystemName))
    throw invalidParameter('fileSystemName must have 1 to 8 letters, digits or underscores');
  if (!tiers.includes(spec.performanceTier))
    throw invalidParameter(`performanceTier must be one of ${tiers.join(', ')}`);
  const { availabilityDomains } = seed;
  if (!availabilityDomains.includes(spec.availabilityDomain))
    throw invalidParameter(`${spec.availabilityDomain} is no availability domain of the tenancy`);
  const isKnown =
    seed.compartmentIds.includes(spec.compartmentId) && seed.subnets.some(({ id }) => id === spec.subnetId);
  if (!isKnown) throw notAuthorizedOrNotFound();
  checkChange(spec, seed);
}

/** Checks the settings that can be changed. @throws OciError */
export function checkChange(spec: Partial<ChangeableSettings>, seed: OciSeed): void {
  if (spec.capacityInGBs !== undefined) checkCapacity(spec.capacityInGBs);
  checkNetwork(spec.nsgIds ?? [], seed);
  if (spec.kmsKeyId && !seed.kmsKeyIds.includes(spec.kmsKeyId)) throw notAuthorizedOrNotFound();
  if (spec.rootSquashConfiguration) checkRootSquash(spec.rootSquashConfiguration);
  if (spec.maintenanceWindow) checkWindow(spec.maintenanceWindow);
  checkTags(spec.freeformTags ?? {});
}

/** The code of a wrong capacity is not documented; InvalidParameter is the code of other wrong numbers. */
function checkCapacity(capacity: number): void {
  const isStep =
    capacity <= LARGE ? (capacity - SMALLEST) % STEP === 0 : (capacity - LARGE) % LARGE_STEP === 0;
  if (capacity >= SMALLEST && isStep) return;
  throw invalidParameter(
    `capacityInGBs must be ${SMALLEST} or more, in steps of ${STEP} up to ${LARGE} and of ${LARGE_STEP} above`,
  );
}

function checkNetwork(nsgIds: readonly string[], { securityGroupIds }: OciSeed): void {
  if (nsgIds.length > 5) throw invalidParameter('nsgIds must have at most 5 items');
  if (nsgIds.some((id) => !securityGroupIds.includes(id))) throw notAuthorizedOrNotFound();
}

function checkRootSquash({ identitySquash, clientExceptions = [] }: RootSquash): void {
  if (!/^(NONE|ROOT)$/.test(identitySquash)) throw invalidParameter('identitySquash must be NONE or ROOT');
  if (clientExceptions.length > 10) throw invalidParameter('clientExceptions must have at most 10 items');
}

function checkWindow({
  dayOfWeek,
  timeStart,
}: {
  readonly dayOfWeek: string;
  readonly timeStart: string;
}): void {
  if (!days.includes(dayOfWeek) || !/^([01]\d|2[0-3]):[0-5]\d$/.test(timeStart))
    throw invalidParameter('maintenanceWindow must have a dayOfWeek and a timeStart of the form HH:MM');
}

function checkTags(tags: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(tags);
  if (entries.length > MAX_FREEFORM_TAGS)
    throw invalidParameter(`freeformTags must have at most ${MAX_FREEFORM_TAGS} items`);
  for (const [key, value] of entries) {
    if (!/^[!-~]+$/.test(key) || key.includes('.') || key.length > MAX_KEY)
      throw invalidParameter(`"${key}" is not a key of a free-form tag`);
    if (typeof value !== 'string' || value.length > MAX_VALUE)
      throw invalidParameter(
        `the value of the free-form tag "${key}" must be a string of at most ${MAX_VALUE} characters`,
      );
  }
}
