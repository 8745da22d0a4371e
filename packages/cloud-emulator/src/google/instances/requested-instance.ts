import { GoogleError, invalidArgument } from '../protocol/google-error.js';
import { enumValue, int64, parseBody, string, type JsonObject } from '../protocol/wire-json.js';
import type { GoogleSeed } from '../seed.js';
import type { InstanceSpec } from './instance.js';

/** Fields of the Instance message that clients may send; output fields are ignored. */
const settable = [
  ...['filesystem', 'capacityGib', 'network', 'perUnitStorageThroughput', 'labels', 'description'],
  ...['gkeSupportEnabled', 'kmsKey', 'placementPolicy', 'accessRulesOptions', 'maintenancePolicy'],
  ...['dynamicTierOptions'],
];
const output = ['name', 'state', 'stateReason', 'mountPoint', 'createTime', 'updateTime', 'uid'];

const MAX_LABELS = 64;
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Reads the instance of a request body. Checks the form of each field that is given.
 *  @throws GoogleError INVALID_ARGUMENT naming the field */
export function parseInstance(text: string | undefined): InstanceSpec {
  const body = parseBody(text, [...settable, ...output]);
  const throughput = int64(body['perUnitStorageThroughput'], 'per_unit_storage_throughput');
  const dynamicTierOptions = tierOptions(body['dynamicTierOptions']);
  const isDynamic = dynamicTierOptions?.['mode'] === 'DEFAULT_CACHE';
  return {
    filesystem: string(body['filesystem'], 'filesystem'),
    capacityGib: int64(body['capacityGib'], 'capacity_gib'),
    network: string(body['network'], 'network'),
    perUnitStorageThroughput: throughput === 0 && isDynamic ? 25 : throughput,
    labels: labelsIn(body['labels']),
    description: descriptionIn(body['description']),
    gkeSupportEnabled: body['gkeSupportEnabled'] === true,
    kmsKey: string(body['kmsKey'], 'kms_key'),
    placementPolicy: string(body['placementPolicy'], 'placement_policy'),
    ...optional('accessRulesOptions', accessRules(body['accessRulesOptions'])),
    ...optional('maintenancePolicy', object(body['maintenancePolicy'], 'maintenance_policy')),
    ...optional('dynamicTierOptions', dynamicTierOptions),
  };
}

const optional = (name: string, value: JsonObject | undefined): JsonObject =>
  value ? { [name]: value } : {};

function object(value: unknown, field: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  throw invalidArgument(`Invalid value at 'instance.${field}', ${JSON.stringify(value)}`);
}

function labelsIn(value: unknown): Readonly<Record<string, string>> {
  const labels = Object.entries(object(value, 'labels') ?? {});
  if (labels.length > MAX_LABELS)
    throw invalidArgument(`Field "instance.labels" has more than ${MAX_LABELS} labels.`);
  for (const [key, text] of labels) {
    if (LABEL_KEY.test(key) && typeof text === 'string' && LABEL_VALUE.test(text)) continue;
    throw invalidArgument(`Invalid label "${key}": "${String(text)}" in field "instance.labels".`);
  }
  return Object.fromEntries(labels) as Record<string, string>;
}

function descriptionIn(value: unknown): string {
  const description = string(value, 'description');
  if (description.length <= 2048) return description;
  throw invalidArgument('Field "instance.description" is longer than 2048 characters.');
}

function tierOptions(value: unknown): JsonObject | undefined {
  const options = object(value, 'dynamic_tier_options');
  return options && { mode: enumValue(options['mode'], 'mode') };
}

function accessRules(value: unknown): JsonObject | undefined {
  const options = object(value, 'access_rules_options');
  if (!options) return undefined;
  const mode = enumValue(options['defaultSquashMode'], 'defaultSquashMode') || 'NO_SQUASH';
  const ids = squashIds(options);
  if (mode === 'NO_SQUASH' && Object.keys(ids).length > 0) {
    throw invalidArgument(
      'Fields "default_squash_uid" and "default_squash_gid" must be unset with NO_SQUASH.',
    );
  }
  const rules = (options['accessRules'] ?? []) as readonly JsonObject[];
  for (const rule of rules) checkRule(rule);
  return {
    ...(rules.length > 0 ? { accessRules: rules } : {}),
    defaultSquashMode: mode,
    ...ids,
  };
}

/** Ids other than 0, which stands for none. */
const squashIds = (options: JsonObject): JsonObject =>
  Object.fromEntries(
    ['defaultSquashUid', 'defaultSquashGid']
      .map((name) => [name, Number(options[name] ?? 0)] as const)
      .filter(([, id]) => id !== 0),
  );

function checkRule(rule: JsonObject): void {
  const name = string(rule['name'], 'access_rules.name');
  const ranges = rule['ipAddressRanges'];
  enumValue(rule['squashMode'], 'squashMode');
  if (/^[a-z][a-z0-9_-]{0,15}$/.test(name) && Array.isArray(ranges) && ranges.length > 0) return;
  throw invalidArgument(`Invalid access rule "${name}" in field "instance.access_rules_options".`);
}

/** Checks the network of a new instance. @throws GoogleError where it does not exist or has no private services access */
export function checkNetwork(network: string, { projectId, projectNumber, networks }: GoogleSeed): void {
  const [, project, name] = /^projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(network) ?? [];
  const isOwn = project === projectId || project === projectNumber;
  const found = isOwn ? networks.find((each) => each.name === name) : undefined;
  if (!found)
    throw invalidArgument(`Invalid value for field "instance.network": '${network}' was not found.`);
  if (found.peered) return;
  throw new GoogleError(
    'FAILED_PRECONDITION',
    `Network '${network}' has no private services access: it must be peered with servicenetworking.googleapis.com.`,
    { reason: 'NETWORK_NOT_PEERED' },
  );
}

/** Checks the fields that are required and cannot change. @throws GoogleError INVALID_ARGUMENT */
export function checkIdentity(id: string, { filesystem, kmsKey }: InstanceSpec, location: string): void {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
    throw invalidArgument(`Invalid value for field "instance_id": "${id}".`);
  if (!/^[a-zA-Z][a-zA-Z0-9]{0,7}$/.test(filesystem)) {
    throw invalidArgument(`Invalid value for field "instance.filesystem": "${filesystem}".`);
  }
  const region = location.replace(/-[a-z]$/, '');
  if (kmsKey === '' || kmsKey.includes(`/locations/${region}/`)) return;
  throw invalidArgument(`Field "instance.kms_key": the key must be in region ${region}.`);
}
