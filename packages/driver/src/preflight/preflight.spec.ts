import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriverError, type CloudDiagnosis, type CloudNetwork } from '@lustre-csi/core';
import { MemoryCloud } from '@lustre-csi/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { classesIn } from './classes-in-files.js';
import { examineClass, type ClassReport } from './examine-class.js';
import { jsonPreflight, preflightStatus, textPreflight } from './preflight-report.js';

const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-preflight-'));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

const className = (name: string, provisioner: string): string =>
  `kind: StorageClass\nmetadata: {name: ${name}}\nprovisioner: ${provisioner}\nparameters: {tier: slow}\n`;

describe('classesIn', () => {
  it('reads documents and lists, and names classes of other drivers', async () => {
    const path = file('all.yaml', `${className('a', 'me')}---\nkind: Pod\n---\n${className('b', 'other')}`);
    const list = file(
      'list.json',
      JSON.stringify({
        kind: 'List',
        items: [
          {
            kind: 'StorageClass',
            metadata: { name: 'c' },
            provisioner: 'me',
            volumeBindingMode: 'WaitForFirstConsumer',
          },
        ],
      }),
    );
    expect(await classesIn([path, list], 'me')).toEqual({
      own: [
        { name: 'a', parameters: { tier: 'slow' }, waitsForPod: false },
        { name: 'c', parameters: {}, waitsForPod: true },
      ],
      foreign: ['b (other)'],
    });
  });

  it.each([
    ['absent', join(directory, 'none.yaml'), /none\.yaml cannot be read/],
    ['no YAML', file('bad.yaml', 'a: [1'), /bad\.yaml is no YAML/],
  ])('refuses a file that is %s', async (_, path, words) => {
    await expect(classesIn([path], 'me')).rejects.toThrow(words);
  });
});

describe('examineClass', () => {
  const { signal } = new AbortController();
  const network: CloudNetwork = {
    subnets: [{ id: 'subnet-1', free: 5, needed: 2 }],
    groups: [],
    defects: [],
  };
  const cloudWith = (answer: () => Promise<CloudNetwork | undefined>): CloudDiagnosis =>
    ({ network: answer }) as unknown as CloudDiagnosis;
  const examine = (
    parameters: Record<string, string>,
    diagnosis = cloudWith(async () => network),
  ): Promise<ClassReport> =>
    examineClass(
      { name: 'fast', parameters, waitsForPod: false },
      { driverName: 'memory.lustre.test', provider: new MemoryCloud(), diagnosis },
      signal,
    );

  it('shows what a claim would create, and the sizes', async () => {
    const report = await examine({ tier: 'slow' });
    expect(report).toEqual({
      name: 'fast',
      creates: 'a file system in memory: tier slow',
      sizes: ['1200 GiB', '2400 GiB', '3600 GiB', '4800 GiB'],
      findings: [],
    });
    expect(preflightStatus([report], 'warning')).toBe(0);
    expect(textPreflight([report], ['b (other)'], false)).toContain(
      '  sizes   1200 GiB, 2400 GiB, 3600 GiB, 4800 GiB, ...\n  ok\n',
    );
  });

  it.each<[string, () => Promise<CloudNetwork | undefined>, Record<string, string>, number, RegExp]>([
    ['a misspelt parameter', async () => network, { teir: 'x' }, 3, /FAIL.*"teir".*did you mean "tier"/],
    [
      'a subnet without room',
      async () => ({ ...network, subnets: [{ id: 'subnet-1', free: 0, needed: 2 }] }),
      {},
      3,
      /subnet-1 has 0 free addresses, and a file system needs 2/,
    ],
    [
      'a closed firewall',
      async () => ({
        ...network,
        defects: [{ subject: 'sg-1', cause: 'no rule allows TCP 988', nextStep: 'add it' }],
      }),
      {},
      3,
      /sg-1: no rule allows TCP 988\n.*add it/,
    ],
    [
      'a subnet that does not exist',
      () => Promise.reject(new DriverError('invalid-argument', 'EC2 does not know subnet-9')),
      {},
      3,
      /EC2 does not know subnet-9/,
    ],
    [
      'a cloud that does not answer',
      () => Promise.reject(new DriverError('unavailable', 'ETIMEDOUT')),
      {},
      1,
      /\? {5}ETIMEDOUT/,
    ],
  ])('finds %s', async (_, answer, parameters, status, text) => {
    const report = await examine(parameters, cloudWith(answer));
    expect(textPreflight([report], [], false)).toMatch(text);
    expect(preflightStatus([report], 'error')).toBe(status);
    expect(JSON.parse(jsonPreflight([report], []))).toMatchObject({ classes: [{ name: 'fast' }] });
  });
});
