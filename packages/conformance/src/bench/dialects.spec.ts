// Requests in the words of the Go drivers, whose rules are stricter than those of this driver.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { directoryOf, staticVolume, testedDriverOf } from './dialects.js';

const aws = { name: 'aws', driverName: 'fsx.csi.aws.com' };
const azure = { name: 'azure', driverName: 'azurelustre.csi.azure.com' };
const other = { name: 'other', driverName: 'nfs.csi.k8s.io' };

let registry: string;
beforeEach(() => {
  registry = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  vi.stubEnv('LUSTRE_EMULATOR_LUSTRE_REGISTRY', registry);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(registry, { recursive: true });
});

/** The only file system of the registry. */
const published = (): unknown =>
  JSON.parse(readFileSync(join(registry, readdirSync(registry)[0] ?? ''), 'utf8'));

it('aws-fsx-csi-driver needs a security group in each creation', () => {
  const { parameters } = testedDriverOf(aws);
  expect(parameters['securityGroupIds']).toMatch(/^sg-[0-9a-z]{17}$/);
  expect(parameters['subnetId']).toMatch(/^subnet-[0-9a-z]{17}$/);
  expect(parameters['deploymentType']).toBe('SCRATCH_2');
});

it('azurelustre-csi-driver needs a network in each creation', () => {
  const { parameters } = testedDriverOf(azure);
  expect(Object.keys(parameters)).toEqual(
    expect.arrayContaining(['sku-name', 'vnet-resource-group', 'vnet-name', 'subnet-name']),
  );
});

it('azurelustre-csi-driver mounts lustrefs, and takes the address from the handle as well', () => {
  const { volumeId, volumeContext } = staticVolume(azure, 0.2);
  const { mgsAddresses: [address] = [], ...server } = published() as { mgsAddresses?: readonly string[] };
  expect(server).toMatchObject({ fsname: 'lustrefs', mountSeconds: 0.2 });
  expect(volumeContext).toEqual({ 'mgs-ip-address': address, 'fs-name': 'lustrefs' });
  expect(volumeId.split('#').slice(1)).toEqual(['lustrefs', address]);
});

it('volumes of FSx name their server and file system in the context', () => {
  const volume = staticVolume(aws);
  const { mgsAddresses: [address] = [], fsname } = published() as {
    mgsAddresses?: readonly string[];
    fsname?: string;
  };
  expect(volume.volumeContext).toEqual({ dnsname: address, mountname: fsname });
  expect(directoryOf(aws, volume, 'team/a').volumeContext).toMatchObject({ subDir: 'team/a' });
});

it('refuses a driver of which it knows no words', () => {
  expect(() => staticVolume(other)).toThrow('other is nfs.csi.k8s.io: the benchmark knows');
  expect(() => testedDriverOf(other)).toThrow('fsx.csi.aws.com and azurelustre.csi.azure.com only');
});
