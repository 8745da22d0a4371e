import type { Seed } from '../seed.js';
import type { RoleCredentials } from './role-credentials.js';

/** Metadata of the seed's instance below `/latest/`: texts by their paths, which have no `/` at either end. */
export function metadataOf(seed: Seed, now: number, ofRole: RoleCredentials): ReadonlyMap<string, string> {
  const { instanceId, instanceType, roleName, subnetId } = seed.instance;
  const subnet = seed.subnets.find((each) => each.subnetId === subnetId);
  const zone = subnet?.availabilityZone ?? '';
  const identity = {
    accountId: seed.accountId,
    availabilityZone: zone,
    instanceId,
    instanceType,
    region: seed.region,
    version: '2017-09-30',
  };
  return new Map([
    ['meta-data/instance-id', instanceId],
    ['meta-data/instance-type', instanceType],
    ['meta-data/placement/region', seed.region],
    ['meta-data/placement/availability-zone', zone],
    ['meta-data/placement/availability-zone-id', subnet?.availabilityZoneId ?? ''],
    [`meta-data/iam/security-credentials/${roleName}`, credentials(ofRole, now)],
    ['dynamic/instance-identity/document', JSON.stringify(identity, undefined, 2)],
  ]);
}

/** Temporary credentials of the instance's role, as the service words them. */
const credentials = (
  { accessKeyId, secretAccessKey, sessionToken, expiresAt }: RoleCredentials,
  now: number,
): string =>
  JSON.stringify({
    Code: 'Success',
    LastUpdated: new Date(now).toISOString(),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: new Date(expiresAt).toISOString(),
  });

/**
 * Text at a path; for a directory, its entries line by line, directories with a `/`. Undefined where the path leads
 * to neither.
 */
export function readMetadata(tree: ReadonlyMap<string, string>, path: string): string | undefined {
  const wanted = path.replace(/\/$/, '');
  const found = tree.get(wanted);
  if (found !== undefined) return found;
  const directory = wanted === '' ? '' : `${wanted}/`;
  const below = [...tree.keys()]
    .filter((key) => key.startsWith(directory))
    .map((key) => key.slice(directory.length));
  if (below.length === 0) return undefined;
  return [...new Set(below.map((key) => key.replace(/\/.*/, '/')))].join('\n');
}
