// The clients of the clouds' own SDKs for Python, unchanged, against the emulated clouds: an emulator that fits this driver alone
// would prove nothing. The SDKs for AWS and Azure are those that the driver itself uses.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, testCache } from '../deploy/tools.js';
import { startEmulatedCloud, type EmulatedCloud } from '../testing/emulated-cloud.js';
import { pythonPackages } from '../testing/python-packages.js';

const run = promisify(execFile);

const usable = hasProgram('pip3') && hasProgram('python3');
if (!usable && process.env['CI'] === 'true') throw new Error('python3 or pip3 is missing');
if (!usable) process.stderr.write('python3 or pip3 is missing: the SDKs for Python are not tried\n');

const PACKAGES = ['google-cloud-lustre==0.4.3', 'oci==2.189.0'];
const fixtures = fileURLToPath(new URL('../../fixtures/python', import.meta.url));

describe.skipIf(!usable)('the SDK for Python', () => {
  let cloud: EmulatedCloud;
  let path: string;

  beforeAll(async () => {
    path = await pythonPackages(testCache(), PACKAGES);
    const durations = { createSeconds: 0.2, deleteSeconds: 0.2, updateSeconds: 0.2 };
    cloud = await startEmulatedCloud({ durations, google: { pageSize: 2 }, oci: { pageSize: 2 } });
  }, 600_000);
  afterAll(() => cloud.stop());

  const seenBy = async (script: string, more: Readonly<Record<string, string>>): Promise<unknown> => {
    const { environment } = cloud;
    const env = { ...process.env, ...environment, ...more, PYTHONPATH: path };
    const { stdout } = await run('python3', [join(fixtures, script)], { env, timeout: 120_000 });
    return JSON.parse(stdout) as unknown;
  };

  it('of Google makes, lists, expands and deletes instances', { timeout: 150_000 }, async () => {
    expect(await seenBy('google_lustre.py', { GOOGLE_CLOUD_PROJECT: 'lustre-project' })).toEqual({
      created: ['ACTIVE', 18_000, { team: 'a' }, expect.stringMatching(/@tcp:\/lfs1$/)],
      listed: ['one', 'two', 'three'],
      grown: [36_000, 'lfs1'],
      hasZone: true,
      refused: { absent: 404, taken: 409, size: 400 },
      left: [],
    });
  });

  it('of Oracle makes, lists, expands and deletes file systems', { timeout: 150_000 }, async () => {
    const more = {
      SUBNET_ID: `ocid1.subnet.oc1.phx.aaaaaaaa${'s'.repeat(52)}`,
      // Its HTTP library reads no other variable.
      REQUESTS_CA_BUNDLE: cloud.environment['NODE_EXTRA_CA_CERTS'] ?? '',
    };
    expect(await seenBy('oci_lustre.py', more)).toEqual({
      onceForAToken: true,
      created: [31_200, { team: 'a' }, 'tcp', true],
      work: ['CREATE_LUSTRE_FILE_SYSTEM', 'SUCCEEDED', 100, 'CREATED'],
      listed: ['one', 'three', 'two'],
      grown: 41_600,
      refused: {
        absent: [404, 'NotAuthorizedOrNotFound', true],
        stale: [412, 'NoEtagMatch', true],
        size: [400, 'InvalidParameter', true],
      },
      left: [],
    });
  });
});
