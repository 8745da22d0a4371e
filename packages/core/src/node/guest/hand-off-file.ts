import type { LnetRequirement } from '../../model/lnet-requirement.js';
import type { AccessMode } from '../../model/volume-capability.js';
import { isTextList, parseFields } from '../../mount/state-files.js';

/** Volume that a guest mounts, as the node plugin hands it to `lustre-csi guest`. Holds no secret. */
export interface GuestVolume {
  readonly volumeId: string;
  /** Path of the volume on the node and in the guest. */
  readonly targetPath: string;
  /** Source in the form that mount(8) gets, with the sub-directory. */
  readonly source: string;
  readonly accessMode: AccessMode;
  readonly readonly: boolean;
  readonly mountFlags: readonly string[];
  /** Settings of the volume context that concern the mount (`publishSettingKeys`). */
  readonly settings: Readonly<Record<string, string>>;
  readonly lnet?: LnetRequirement;
}

/** Content of the file in a hand-off volume. */
export interface HandOffContent {
  readonly driver: string;
  readonly volumes: readonly GuestVolume[];
}

/** Version of the format. A reader refuses others. */
const FORMAT = 1;

/** Renders the file of a hand-off volume. */
export const renderHandOff = ({ driver, volumes }: HandOffContent): string =>
  `${JSON.stringify({ format: FORMAT, driver, volumes }, null, 2)}\n`;

/** Parses the file of a hand-off volume.
 *  @throws Error naming what is wrong */
export function parseHandOff(text: string): HandOffContent {
  const fields = parseFields(text);
  if (!fields) throw new Error('it is no JSON object');
  const { format, driver, volumes } = fields;
  if (format !== FORMAT) {
    throw new Error(
      `its format is ${JSON.stringify(format)}, and this version of the driver reads ${FORMAT}`,
    );
  }
  if (typeof driver !== 'string' || !Array.isArray(volumes)) throw new Error('driver or volumes is missing');
  const wrong = volumes.findIndex((volume) => !isGuestVolume(volume));
  if (wrong >= 0) throw new Error(`volumes[${wrong}] is incomplete`);
  return { driver, volumes: volumes as GuestVolume[] };
}

const textFields = ['volumeId', 'targetPath', 'source', 'accessMode'];

/** Returns true if a value has the fields of a volume; the engine that mounts it checks their content. */
export function isGuestVolume(value: unknown): value is GuestVolume {
  if (!isTextRecordOf(value)) return false;
  const { lnet } = value;
  return (
    textFields.every((name) => typeof value[name] === 'string') &&
    typeof value['readonly'] === 'boolean' &&
    isTextList(value['mountFlags']) &&
    isTextRecord(value['settings']) &&
    (lnet === undefined || isTextRecord(lnet))
  );
}

const isTextRecordOf = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextRecord = (value: unknown): boolean =>
  isTextRecordOf(value) && Object.values(value).every((each) => typeof each === 'string');
