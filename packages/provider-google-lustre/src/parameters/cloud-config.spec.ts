import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../testing/samples.js';
import { readCloudConfig } from './cloud-config.js';

const directory = mkdtempSync(join(tmpdir(), 'cloud-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

const fileOf = (content: string): Record<string, string> => {
  const path = join(directory, 'gce.conf');
  writeFileSync(path, content);
  return { 'cloud-config': path };
};

describe('readCloudConfig', () => {
  it('reads project and zone from the file of the Go driver', async () => {
    const content =
      '; comment\n[other]\nzone = wrong\n[global]\nproject-id = "lustre-project" # mine\nzone=us-central1-b\n';
    expect(await readCloudConfig(settingsOf({}, fileOf(content)))).toMatchObject({
      project: 'lustre-project',
      zone: 'us-central1-b',
    });
  });

  it('has the defaults of the Go driver', async () => {
    expect(await readCloudConfig(settingsOf())).toEqual({
      endpoint: 'https://lustre.googleapis.com',
      legacyPort: false,
    });
  });

  it.each([
    ['staging', 'https://staging-lustre.sandbox.googleapis.com'],
    ['autopush', 'https://autopush-lustre.sandbox.googleapis.com'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ])('endpoint %s is %s', async (given, expected) => {
    const { endpoint } = await readCloudConfig(settingsOf({}, { 'lustre-endpoint': given }));
    expect(endpoint).toBe(expected);
  });

  it.each([
    [{ 'lustre-endpoint': 'production' }, /--lustre-endpoint is "production"/],
    [
      { 'cloud-config': '/no/such/file' },
      /cannot read the cloud configuration \/no\/such\/file.*--cloud-config/,
    ],
  ])('refuses %o', async (flags, words) => {
    await expect(readCloudConfig(settingsOf({}, flags as Record<string, string>))).rejects.toThrow(words);
  });
});
