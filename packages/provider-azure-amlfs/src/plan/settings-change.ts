import { DriverError } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { encryptionKeyFor, isKey } from '../parameters/encryption.js';
import { tolerant, text } from '../api/tolerant-json.js';
import type { MutableParameters } from '../parameters/mutable-parameters.js';
import { rootSquashFor, sameRootSquash } from '../parameters/root-squash.js';
import { tagChanges, type Tags } from '../parameters/tags.js';

const number = tolerant(z.number());

/** What can be changed of a file system, as ARM shows it. */
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

/** Reads them from the JSON of a file system; what is odd reads as absent. */
export function toSettings(resource: unknown): ArmSettings {
  const parsed = z.safeParse(armSettings, resource);
  return parsed.success ? parsed.data : {};
}

/** All tags, since their number is limited: of a value that is odd, the name at least. */
export function tagsOf({ tags = {} }: ArmSettings): Tags {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, value ?? '']));
}

/** What is to be changed of a file system. */
export interface SettingsChange {
  /** Tags that it has not, or with other values. */
  readonly tags?: Tags;
  /** As AmlFilesystems_Update takes them (Microsoft.StorageCache, 2024-03-01 and later). */
  readonly properties?: object;
}

/** What makes the file system what the parameters ask for; undefined if it is already.
 *  @throws DriverError invalid-argument where this file system cannot become that */
export function settingsChange(settings: ArmSettings, asked: MutableParameters): SettingsChange | undefined {
  const tags = tagChanges(tagsOf(settings), asked.tags ?? {});
  const properties = propertiesFor(settings, asked, (same) => !same);
  if (!tags && !properties) return undefined;
  return { ...(tags ? { tags } : {}), ...(properties ? { properties } : {}) };
}

/** All properties that the parameters name, also what the file system shows already; undefined if they name none. Tags
 *  are not among them: of these, ARM's answer is the outcome. */
export function settingsAgain(settings: ArmSettings, asked: MutableParameters): SettingsChange | undefined {
  const properties = propertiesFor(settings, asked, () => true);
  return properties && { properties };
}

/** Whether a setting belongs into the properties, by whether the file system shows it already. */
type Includes = (same: boolean) => boolean;

function propertiesFor(
  settings: ArmSettings,
  asked: MutableParameters,
  includes: Includes,
): object | undefined {
  const properties = {
    ...windowChange(settings, asked, includes),
    ...rootSquashChange(settings, asked, includes),
    ...encryptionChange(settings, asked, includes),
  };
  return Object.keys(properties).length > 0 ? properties : undefined;
}

function windowChange({ properties }: ArmSettings, asked: MutableParameters, includes: Includes): object {
  const current: Partial<Window> = properties?.maintenanceWindow ?? {};
  const [day, time] = [asked['maintenance-day-of-week'], asked['maintenance-time-of-day-utc']];
  if (day === undefined && time === undefined) return {};
  const { dayOfWeek, timeOfDayUTC } = withDefined(current, { dayOfWeek: day, timeOfDayUTC: time });
  if (dayOfWeek === undefined || timeOfDayUTC === undefined) {
    throw invalid('Azure tells no maintenance window: give maintenance-day-of-week and -time-of-day-utc');
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

const withDefined = (current: Partial<Window>, asked: Window): Partial<Window> => ({
  dayOfWeek: asked.dayOfWeek ?? current.dayOfWeek,
  timeOfDayUTC: asked.timeOfDayUTC ?? current.timeOfDayUTC,
});

/** `9:30` and `09:30` are the same time. */
function minutes(time = ''): number {
  const [hours = '', minute = ''] = time.split(':');
  return Number(hours) * 60 + Number(minute);
}

function rootSquashChange({ properties }: ArmSettings, asked: MutableParameters, includes: Includes): object {
  const current = properties?.rootSquashSettings;
  const wanted = rootSquashFor(asked, current);
  return wanted && includes(sameRootSquash(current, wanted)) ? { rootSquashSettings: wanted } : {};
}

function encryptionChange(
  { identity, properties }: ArmSettings,
  asked: MutableParameters,
  includes: Includes,
): object {
  const wanted = encryptionKeyFor(asked);
  if (!wanted) return {};
  const shows = isKey(properties?.encryptionSettings?.keyEncryptionKey, wanted);
  if (!includes(shows)) return {};
  if (identity?.type?.toLowerCase() !== 'userassigned') {
    throw invalid(
      'key-vault-key-url needs a file system with a user-assigned identity, and this one was created without: Azure ' +
        'does not let it be added later',
    );
  }
  return { encryptionSettings: { keyEncryptionKey: wanted } };
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
