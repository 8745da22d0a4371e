import { DriverError, Faults } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { encryptionKeyFor, isKey } from '../parameters/encryption.js';
import { tolerant, text } from '../api/tolerant-json.js';
import type { MutableParameters } from '../parameters/mutable-parameters.js';
import { rootSquashFor, sameRootSquash } from '../parameters/root-squash.js';
import { tagChanges, type Tags } from '../parameters/tags.js';

const number = tolerant(z.number());

/** Schema of the mutable settings of a file system in ARM's JSON. */
const armSettings = z.object({
  tags: tolerant(z.record(z.string(), text)),
  identity: tolerant(z.object({ type: text })),
  properties: tolerant(
    z.object({
      maintenanceWindow: tolerant(z.object({ dayOfWeek: z.string(), timeOfDayUTC: z.string() })),
      rootSquashSettings: tolerant(
        z.object({
          mode: z.string(),
          squashUID: number,
          squashGID: number,
          noSquashNidLists: text,
        }),
      ),
      encryptionSettings: tolerant(
        z.object({
          keyEncryptionKey: tolerant(
            z.object({ keyUrl: z.string(), sourceVault: z.object({ id: z.string() }) }),
          ),
        }),
      ),
    }),
  ),
});

export type ArmSettings = z.infer<typeof armSettings>;

/** Reads the settings from the JSON of a file system; fields of another type read as absent. */
export function toSettings(resource: unknown): ArmSettings {
  const parsed = z.safeParse(armSettings, resource);
  return parsed.success ? parsed.data : {};
}

/** Lists all tags, since their number is limited; an unreadable value becomes empty. */
export function tagsOf({ tags = {} }: ArmSettings): Tags {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, value ?? '']));
}

/** Change of a file system. */
export interface SettingsChange {
  /** Tags that it lacks, or has with other values. */
  readonly tags?: Tags;
  /** Properties for AmlFilesystems_Update (Microsoft.StorageCache, 2024-03-01 and later). */
  readonly properties?: object;
}

/** Computes the change from the shown to the requested settings; undefined where there is none.
 *  @throws DriverError invalid-argument where this file system does not allow the change */
export function settingsChange(
  settings: ArmSettings,
  requested: MutableParameters,
): SettingsChange | undefined {
  const faults = new Faults();
  const tags = faults.attempt([], () => tagChanges(tagsOf(settings), requested.tags ?? {}));
  const properties = propertiesFor(settings, requested, (same) => !same, faults);
  faults.throwIfAny();
  if (!tags && !properties) return undefined;
  return { ...(tags ? { tags } : {}), ...(properties ? { properties } : {}) };
}

/** Computes a change with all properties that the parameters name, also those that the file system already shows;
 *  undefined where they name none. Tags are left out: the answer of ARM is their outcome. */
export function settingsAgain(
  settings: ArmSettings,
  requested: MutableParameters,
): SettingsChange | undefined {
  const faults = new Faults();
  const properties = propertiesFor(settings, requested, () => true, faults);
  faults.throwIfAny();
  return properties && { properties };
}

/** Decides whether a setting belongs into the properties, given that the file system shows it already or not. */
type Includes = (same: boolean) => boolean;

function propertiesFor(
  settings: ArmSettings,
  requested: MutableParameters,
  includes: Includes,
  faults: Faults,
): object | undefined {
  const properties = Object.assign(
    {},
    ...[windowChange, rootSquashChange, encryptionChange].map((change) =>
      faults.attempt([], () => change(settings, requested, includes)),
    ),
  ) as object;
  return Object.keys(properties).length > 0 ? properties : undefined;
}

function windowChange({ properties }: ArmSettings, requested: MutableParameters, includes: Includes): object {
  const current: Partial<Window> = properties?.maintenanceWindow ?? {};
  const [day, time] = [requested['maintenance-day-of-week'], requested['maintenance-time-of-day-utc']];
  if (day === undefined && time === undefined) return {};
  const { dayOfWeek, timeOfDayUTC } = withDefined(current, { dayOfWeek: day, timeOfDayUTC: time });
  if (dayOfWeek === undefined || timeOfDayUTC === undefined) {
    throw invalid(
      'Azure reports no maintenance window: give both maintenance-day-of-week and maintenance-time-of-day-utc',
    );
  }
  const same =
    current.dayOfWeek?.toLowerCase() === dayOfWeek.toLowerCase() &&
    minutes(current.timeOfDayUTC) === minutes(timeOfDayUTC);
  return includes(same) ? { maintenanceWindow: { dayOfWeek, timeOfDayUTC } } : {};
}

interface Window {
  readonly dayOfWeek: string | undefined;
  readonly timeOfDayUTC: string | undefined;
}

const withDefined = (current: Partial<Window>, requested: Window): Partial<Window> => ({
  dayOfWeek: requested.dayOfWeek ?? current.dayOfWeek,
  timeOfDayUTC: requested.timeOfDayUTC ?? current.timeOfDayUTC,
});

/** Converts a time to minutes: `9:30` and `09:30` are equal. */
function minutes(time = ''): number {
  const [hours = '', minute = ''] = time.split(':');
  return Number(hours) * 60 + Number(minute);
}

function rootSquashChange(
  { properties }: ArmSettings,
  requested: MutableParameters,
  includes: Includes,
): object {
  const current = properties?.rootSquashSettings;
  const wanted = rootSquashFor(requested, current);
  return wanted && includes(sameRootSquash(current, wanted)) ? { rootSquashSettings: wanted } : {};
}

function encryptionChange(
  { identity, properties }: ArmSettings,
  requested: MutableParameters,
  includes: Includes,
): object {
  const wanted = encryptionKeyFor(requested);
  if (!wanted) return {};
  const shows = isKey(properties?.encryptionSettings?.keyEncryptionKey, wanted);
  if (!includes(shows)) return {};
  if (identity?.type?.toLowerCase() !== 'userassigned') {
    throw invalid(
      'key-vault-key-url needs a file system with a user-assigned identity, and this one was created without: Azure ' +
        'cannot add one later',
    );
  }
  return { encryptionSettings: { keyEncryptionKey: wanted } };
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
