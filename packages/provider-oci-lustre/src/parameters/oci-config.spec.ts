import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isConfigurationError } from '@lustre-csi/core';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../testing/samples.js';
import { readOciConfig } from './oci-config.js';

const directory = mkdtempSync(join(tmpdir(), 'oci-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
function file(content: string): string {
  const path = join(directory, String((files += 1)));
  writeFileSync(path, content);
  return path;
}

const key = file('PEM');
const ini = `
# comment
[OTHER]
region=other
[DEFAULT]
user=ocid1.user.oc1..a
fingerprint = aa:bb
tenancy=ocid1.tenancy.oc1..a
region=us-phoenix-1
key_file=${key}
`;
const yaml = `
auth:
  region: us-ashburn-1
  tenancy: ocid1.tenancy.oc1..a
  user: ocid1.user.oc1..a
  key: PEM
  fingerprint: aa:bb
compartment: ocid1.compartment.oc1..c
`;

describe('readOciConfig', () => {
  it('reads the configuration of the SDKs', async () => {
    const config = await readOciConfig(settingsOf({}, { 'oci-config-file': file(ini) }));
    expect(config).toMatchObject({
      auth: 'user-key',
      userId: 'ocid1.user.oc1..a',
      tenancyId: 'ocid1.tenancy.oc1..a',
      fingerprint: 'aa:bb',
      region: 'us-phoenix-1',
      key: 'PEM',
      compartmentIds: [],
    });
  });

  it("reads the configuration of Oracle's driver, by its variable", async () => {
    const config = await readOciConfig(settingsOf({ CONFIG_YAML_FILENAME: file(yaml) }));
    const compartmentIds = ['ocid1.compartment.oc1..c'];
    expect(config).toMatchObject({ auth: 'user-key', region: 'us-ashburn-1', key: 'PEM', compartmentIds });
  });

  it.each<[string, Record<string, string>, string]>([
    ['the key of a user', {}, 'user-key'],
    ['the instance', { 'oci-auth': 'instance-principal' }, 'instance-principal'],
  ])('prefers %s', async (_, flags, auth) => {
    const path = file(yaml);
    expect((await readOciConfig(settingsOf({}, { 'oci-config-file': path, ...flags }))).auth).toBe(auth);
  });

  it('takes the instance, or the workload, where there is no key', async () => {
    expect((await readOciConfig(settingsOf())).auth).toBe('instance-principal');
    const path = file(`${yaml}useInstancePrincipals: true\n`);
    expect((await readOciConfig(settingsOf({}, { 'oci-config-file': path }))).auth).toBe(
      'instance-principal',
    );
    const workload = {
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_RESOURCE_PRINCIPAL_REGION: 'eu-frankfurt-1',
    };
    const config = await readOciConfig(settingsOf(workload));
    expect([config.auth, config.region]).toEqual(['workload-identity', 'eu-frankfurt-1']);
  });

  it('takes several compartments, the default first', async () => {
    const ids = 'ocid1.compartment.oc1..b, ocid1.tenancy.oc1..t';
    const { compartmentIds } = await readOciConfig(settingsOf({}, { 'oci-compartment-id': ids }));
    expect(compartmentIds).toEqual(['ocid1.compartment.oc1..b', 'ocid1.tenancy.oc1..t']);
  });

  it.each<[string, () => Record<string, string>, string]>([
    [
      'a file that is not there',
      () => ({ 'oci-config-file': '/nowhere' }),
      'cannot read the configuration of OCI',
    ],
    ['no section', () => ({ 'oci-config-file': file('[A]\nx=y') }), 'has no section [DEFAULT]'],
    ['no YAML', () => ({ 'oci-config-file': file('auth: [') }), 'is no YAML'],
    ['another type', () => ({ 'oci-config-file': file('auth:\n  region: 1') }), 'auth.region'],
    [
      'no fingerprint',
      () => ({ 'oci-config-file': file(ini.replace('fingerprint', 'x')) }),
      'has no fingerprint',
    ],
    [
      'no key file',
      () => ({ 'oci-config-file': file(ini.replace(key, '/nowhere')) }),
      'cannot read the key_file',
    ],
    ['an unknown method', () => ({ 'oci-auth': 'password' }), 'legal: user-key'],
    ['a key without a file', () => ({ 'oci-auth': 'user-key' }), '--oci-config-file'],
    ['a name for a compartment', () => ({ 'oci-compartment-id': 'mine' }), '"mine" is not the OCID'],
    ['no address', () => ({ 'oci-lustre-endpoint': 'lustre.test' }), '--oci-lustre-endpoint'],
  ])('names the setting in one line: %s', async (_, flags, words) => {
    const failure = await readOciConfig(settingsOf({}, flags())).catch((error: unknown) => error);
    expect(isConfigurationError(failure)).toBe(true);
    expect((failure as Error).message).toContain(words);
    expect((failure as Error).message).not.toContain('\n');
  });
});
