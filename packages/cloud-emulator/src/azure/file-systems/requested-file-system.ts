import { ArmError, invalidParameter, propertyChangeNotAllowed } from '../arm/arm-error.js';
import { isIdOfType, normaliseLocation } from '../arm/arm-id.js';
import { JsonReader, type JsonObject } from '../arm/json-body.js';

/** File system as a caller requests it: the writable part of an amlFilesystem. */
export interface RequestedFileSystem extends ChangeableSettings {
  readonly location: string;
  readonly skuName: string;
  readonly capacityTiB: number;
  readonly subnetId: string;
  readonly zones: readonly string[];
  readonly identity?: JsonObject;
  readonly hsmSettings?: JsonObject;
}

/** Settings that can change after creation. */
export interface ChangeableSettings {
  readonly tags: Readonly<Record<string, string>>;
  readonly maintenanceWindow: MaintenanceWindow;
  readonly encryptionSettings?: JsonObject;
  readonly rootSquashSettings?: JsonObject;
}

export interface MaintenanceWindow {
  readonly dayOfWeek: string;
  readonly timeOfDayUTC: string;
}

/** rootSquashSettings exists since this api-version; older ones ignore the property. */
export const rootSquashSince = '2024-03-01';

/** Reads the body of a PUT, and refuses a property that is wrong in any context. @throws ArmError 400 */
export function parseRequestedFileSystem(body: JsonObject, apiVersion: string): RequestedFileSystem {
  const root = new JsonReader(body);
  const properties = root.child('properties');
  if (!root.has('location')) {
    throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
  }
  const identity = parseIdentity(root);
  const hsmSettings = parseHsm(properties.child('hsm'));
  return {
    location: normaliseLocation(root.requiredString('location')),
    skuName: parseSku(root),
    capacityTiB: properties.requiredNumber('storageCapacityTiB'),
    subnetId: parseSubnet(properties),
    maintenanceWindow: parseMaintenanceWindow(properties.requiredObject('maintenanceWindow')),
    zones: root.strings('zones'),
    tags: parseTags(root.value('tags') ?? {}),
    ...(identity ? { identity } : {}),
    ...(hsmSettings ? { hsmSettings } : {}),
    ...parseSecurity(properties, apiVersion),
  };
}

/** Reads the body of a PATCH: only what it names changes.
 * @throws ArmError 400, also where it names a property that cannot change */
export function parseSettingsChange(body: JsonObject, apiVersion: string): Partial<ChangeableSettings> {
  const root = new JsonReader(body);
  const properties = root.child('properties');
  refuseCreateOnly(root, ['sku', 'zones']);
  refuseCreateOnly(properties, ['storageCapacityTiB', 'filesystemSubnet', 'hsm']);
  const tags = root.value('tags');
  const window = properties.value('maintenanceWindow');
  return {
    ...(tags ? { tags: parseTags(tags) } : {}),
    ...(window ? { maintenanceWindow: parseMaintenanceWindow(properties.child('maintenanceWindow')) } : {}),
    ...parseSecurity(properties, apiVersion),
  };
}

function refuseCreateOnly(reader: JsonReader, names: readonly string[]): void {
  const named = names.find((name) => reader.has(name));
  if (named !== undefined) throw propertyChangeNotAllowed(reader.pathOf(named));
}

function parseSecurity(
  properties: JsonReader,
  apiVersion: string,
): Pick<ChangeableSettings, 'encryptionSettings' | 'rootSquashSettings'> {
  const encryptionSettings = parseEncryption(properties);
  const rootSquashSettings =
    apiVersion >= rootSquashSince ? parseRootSquash(properties.child('rootSquashSettings')) : undefined;
  return {
    ...(encryptionSettings ? { encryptionSettings } : {}),
    ...(rootSquashSettings ? { rootSquashSettings } : {}),
  };
}

function parseSku(root: JsonReader): string {
  return root.requiredObject('sku').requiredString('name');
}

function parseSubnet(properties: JsonReader): string {
  const id = properties.requiredString('filesystemSubnet');
  if (isIdOfType(id, 'Microsoft.Network/virtualNetworks/subnets')) return id;
  throw linkedInvalidId(id, 'properties.filesystemSubnet');
}

const linkedInvalidId = (id: string, path: string): ArmError =>
  new ArmError(
    400,
    'LinkedInvalidPropertyId',
    `Property id '${id}' at path '${path}' is invalid. Expect fully qualified resource Id that start with ` +
      `'/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    { target: path },
  );

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function parseMaintenanceWindow(window: JsonReader): MaintenanceWindow {
  const dayOfWeek = window.requiredString('dayOfWeek');
  const timeOfDayUTC = window.requiredString('timeOfDayUTC');
  if (!days.includes(dayOfWeek)) {
    throw invalidParameter(window.pathOf('dayOfWeek'), `'${dayOfWeek}' is not one of ${days.join(', ')}.`);
  }
  if (!/^([0-9]|0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$/.test(timeOfDayUTC)) {
    throw invalidParameter(window.pathOf('timeOfDayUTC'), `'${timeOfDayUTC}' is not a time HH:MM in UTC.`);
  }
  return { dayOfWeek, timeOfDayUTC };
}

const tagLimits = { count: 50, name: 512, value: 256 };

/** ARM's limits for tags of one resource. Of names that differ in case alone it keeps one, with the last value
 *  (https://github.com/MicrosoftDocs/azure-docs/issues/57888). */
export function parseTags(tags: JsonObject): Readonly<Record<string, string>> {
  const reader = new JsonReader(tags, 'tags');
  const names = [...new Map(Object.keys(tags).map((name) => [name.toLowerCase(), name])).values()];
  if (names.length > tagLimits.count) {
    throw new ArmError(
      400,
      'TooManyTags',
      `A resource can have ${tagLimits.count} tags, not ${names.length}.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, checkTag(name, reader.string(name) ?? '')]));
}

function checkTag(name: string, value: string): string {
  if (/[<>%&\\?/]/.test(name)) {
    throw new ArmError(
      400,
      'InvalidTagNameCharacters',
      `The tag names '${name}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
    );
  }
  if (name.length > tagLimits.name || value.length > tagLimits.value) {
    throw new ArmError(
      400,
      'InvalidTagLength',
      `The tag '${name}' is too long: names have at most ${tagLimits.name} characters, values ${tagLimits.value}.`,
    );
  }
  return value;
}

function parseIdentity(root: JsonReader): JsonObject | undefined {
  if (!root.has('identity')) return undefined;
  const identity = root.child('identity');
  const type = identity.requiredString('type');
  if (type !== 'UserAssigned' && type !== 'None') {
    throw invalidParameter('identity.type', `The identity type '${type}' is not UserAssigned or None.`);
  }
  const ids = Object.keys(identity.value('userAssignedIdentities') ?? {});
  if (type === 'UserAssigned' && ids.length === 0) {
    throw invalidParameter(
      'identity.userAssignedIdentities',
      'A UserAssigned identity needs at least one id.',
    );
  }
  const wrong = ids.find((id) => !isIdOfType(id, 'Microsoft.ManagedIdentity/userAssignedIdentities'));
  if (wrong !== undefined) throw linkedInvalidId(wrong, 'identity.userAssignedIdentities');
  return root.value('identity');
}

function parseEncryption(properties: JsonReader): JsonObject | undefined {
  const settings = properties.value('encryptionSettings');
  if (!settings) return undefined;
  const key = properties.child('encryptionSettings').requiredObject('keyEncryptionKey');
  const keyUrl = key.requiredString('keyUrl');
  if (!/^https:\/\/[^/]+\/keys\/[^/]+(\/[^/]+)?$/.test(keyUrl)) {
    throw invalidParameter(key.pathOf('keyUrl'), `'${keyUrl}' is not the URL of a Key Vault key.`);
  }
  const vault = key.requiredObject('sourceVault').requiredString('id');
  if (!isIdOfType(vault, 'Microsoft.KeyVault/vaults')) throw linkedInvalidId(vault, 'sourceVault.id');
  return settings;
}

const containerType = 'Microsoft.Storage/storageAccounts/blobServices/containers';

function parseHsm(hsm: JsonReader): JsonObject | undefined {
  const settings = hsm.value('settings');
  if (!settings) return undefined;
  const reader = hsm.child('settings');
  const container = reader.requiredString('container');
  const logging = reader.requiredString('loggingContainer');
  for (const id of [container, logging]) {
    if (!isIdOfType(id, containerType)) throw linkedInvalidId(id, 'properties.hsm.settings');
  }
  const account = (id: string): string => id.toLowerCase().split('/blobservices/')[0] ?? '';
  if (container.toLowerCase() === logging.toLowerCase() || account(container) !== account(logging)) {
    throw invalidParameter(
      'properties.hsm.settings.loggingContainer',
      'The logging container must be another container of the same storage account.',
    );
  }
  return settings;
}

function parseRootSquash(settings: JsonReader): JsonObject | undefined {
  if (!settings.has('mode')) return undefined;
  const mode = settings.requiredString('mode');
  if (!['None', 'RootOnly', 'All'].includes(mode)) {
    throw invalidParameter(settings.pathOf('mode'), `'${mode}' is not one of None, RootOnly, All.`);
  }
  const nids = settings.string('noSquashNidLists');
  const id = (name: string): Record<string, number> =>
    settings.has(name) ? { [name]: settings.requiredNumber(name) } : {};
  return {
    mode,
    ...(nids === undefined ? {} : { noSquashNidLists: nids }),
    ...id('squashUID'),
    ...id('squashGID'),
  };
}
