import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FSxClient } from '@aws-sdk/client-fsx';
import { isDriverError, type DriverError } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsCaller } from './aws-operation.js';
import { fsxOperations } from './fsx-operations.js';
import { EmulatedFsx, errorOf, request } from '../testing/emulated-fsx.js';

/** A chain that is to find credentials in one place only must not find them in another. */
const otherPlaces = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];
const role = 'arn:aws:iam::111122223333:role/lustre-csi-controller';
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

let cloud: EmulatedFsx;
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'credentials-spec-'));
  // Shorter than the SDK's own reserve of five minutes: it gets new ones for each call.
  cloud = await EmulatedFsx.start({ aws: { credentialSeconds: 60 } });
  for (const name of otherPlaces) Reflect.deleteProperty(process.env, name);
  process.env['AWS_CONFIG_FILE'] = process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent';
});

afterEach(async () => {
  await cloud.stop();
  rmSync(directory, { recursive: true });
});

/** The file with the token of the controller's service account, as kubelet projects it. */
function tokenFor(audience: string, seconds = 3600): string {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const claims = { aud: [audience], sub: 'system:serviceaccount:lustre:controller', exp };
  const path = join(directory, 'token');
  writeFileSync(path, `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`);
  return path;
}

const sources: readonly (readonly [string, string, () => Record<string, string>])[] = [
  [
    'IAM roles for service accounts',
    'AssumeRoleWithWebIdentity',
    () => ({ AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFor('sts.amazonaws.com') }),
  ],
  [
    'EKS Pod Identity',
    'GetCredentials',
    () => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${cloud.emulator.awsUrl}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFor('pods.eks.amazonaws.com'),
    }),
  ],
  [
    'the instance role',
    'GetMetadata',
    () => ({
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: cloud.emulator.awsUrl,
    }),
  ],
];

describe.each(sources)('credentials of %s', (_source, operation, environment) => {
  it('are taken, renewed, and enough for the life of a volume', async () => {
    Object.assign(process.env, environment());
    const driver = await cloud.driver();
    const { id } = await driver.create(request('pvc-1'));
    const before = cloud.calls(operation);
    expect(before).toBeGreaterThan(0);
    await driver.delete(id);
    expect(cloud.state.fileSystems).toEqual([]);
    expect(cloud.calls(operation)).toBeGreaterThan(before);
  });

  it('that are not given for a while leave nothing behind, and nothing is created twice', async () => {
    Object.assign(process.env, environment());
    const driver = await cloud.driver();
    const code = 'IDPCommunicationError';
    cloud.emulator.faults.add({ kind: 'error', operation, code, status: 403, times: 50 });
    const error = (await errorOf(driver.create(request('pvc-1')))) as DriverError;
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect(error.message).toContain('credentials of the controller (IRSA, Pod Identity or instance role)');
    expect(cloud.state.fileSystems).toEqual([]);
    cloud.emulator.faults.clear();
    await driver.create(request('pvc-1'));
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });
});

describe('a source of credentials that never answers', () => {
  it('receives a new request once its callers have left', async () => {
    const environment = sources[1]?.[2]() ?? {};
    Object.assign(process.env, environment);
    let clients = 0;
    const caller = new AwsCaller(() => ((clients += 1), new FSxClient({})), undefined, 400);
    const list = (signal = AbortSignal.timeout(5_000)) =>
      caller.call(fsxOperations.DescribeFileSystems, {}, signal).then(
        ({ FileSystems }) => FileSystems,
        (error: Error) => error.message,
      );
    cloud.emulator.faults.add({ kind: 'hang', operation: 'GetCredentials' });
    const impatient = list(AbortSignal.timeout(50));
    const patient = list();
    expect(await impatient).toMatch(/cancelled/);
    expect(await patient).toMatch(/no credentials arrived within 0.4 s.*Pod Identity/);
    expect(await list()).toEqual([]);
    expect([clients, cloud.calls('GetCredentials') > 1]).toEqual([2, true]);
  });
});

describe('a role that cannot be taken on', () => {
  it.each([
    [
      'does not trust the service account',
      'arn:aws:iam::111122223333:role/other',
      'sts.amazonaws.com',
      3600,
      'sts:AssumeRoleWithWebIdentity',
    ],
    [
      'gets a token for another audience',
      role,
      'https://kubernetes.default.svc',
      3600,
      'Incorrect token audience',
    ],
    ['gets a token that is too old', role, 'sts.amazonaws.com', -60, 'Token expired'],
  ])('%s', async (_, arn, audience, seconds, words) => {
    const file = tokenFor(audience, seconds);
    Object.assign(process.env, { AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: file });
    const error = (await errorOf((await cloud.driver()).create(request('pvc-1')))) as DriverError;
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain(words);
    expect(error.message).toContain('trust policy of the role');
    expect(cloud.calls('CreateFileSystem')).toBe(0);
  });
});
