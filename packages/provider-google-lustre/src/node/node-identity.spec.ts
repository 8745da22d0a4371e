import { formatMountSource } from '@lustre-csi/core';
import { startEmulator } from '@lustre-csi/cloud-emulator';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { googleLustre } from '../index.js';
import { settingsOf } from '../testing/samples.js';
import { toVolumeContext } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

const node = googleLustre.node(settingsOf());
const sourceOf = (context: Record<string, string>): string =>
  formatMountSource(node.mountSource({ volumeId: 'p/us-central1-a/i', context }));

describe('mountSource', () => {
  it.each([
    [{ ip: '10.90.0.2', filesystem: 'lfs' }, '10.90.0.2@tcp:/lfs'],
    [{ IP: '10.90.0.2', FileSystem: 'lfs' }, '10.90.0.2@tcp:/lfs'],
    [{ mountpoint: '10.90.0.3@tcp:/other', ip: '10.90.0.2', filesystem: 'lfs' }, '10.90.0.3@tcp:/other'],
    [{ 'mount-point': '10.90.0.3@tcp:/other/sub' }, '10.90.0.3@tcp:/other/sub'],
    [{ ip: '10.90.0.2', filesystem: 'lfs', iamAccessControlEnabled: 'false' }, '10.90.0.2@tcp:/lfs'],
  ])('of %o is %s', (context, expected) => {
    expect(sourceOf(context as Record<string, string>)).toBe(expected);
  });

  it.each([
    [{ ip: '10.90.0.2' }, /no "filesystem"/],
    [{ filesystem: 'lfs' }, /no "ip"/],
    [{ mountpoint: '10.90.0.3' }, /not a Lustre mount source/],
    [{ ip: '10.90.0.2', filesystem: 'lfs', subdir: 'x' }, /write "mountpoint"/],
    [{ ip: '10.90.0.2', filesystem: 'lfs', iam_access_control_enabled: 'true' }, /IAM access control/],
  ])('of %o is refused', (context, words) => {
    expect(() => sourceOf(context as Record<string, string>)).toThrow(words);
  });

  it.each([
    '10.90.0.2@tcp:/lfs',
    '10.90.0.2@tcp:/lfs/a/b',
    '10.90.0.2@tcp1:/lfs',
    '10.0.0.1@tcp:10.0.0.2@tcp:/lfs',
  ])('%s survives the volume context', (text) => {
    expect(
      sourceOf({ ...toVolumeContext(node.mountSource({ volumeId: '', context: { mountpoint: text } })) }),
    ).toBe(text);
  });
});

describe('volume handles', () => {
  it.each(['lustre-project/us-central1-a/pvc-1', 'example.com:project/northamerica-northeast1-b/x'])(
    '%s',
    (text) => {
      const { project, zone, instance } = parseVolumeHandle(text) ?? {};
      expect([project, zone, instance].join('/')).toBe(text);
    },
  );

  it.each(['', 'a/b', 'p/us-central1/i', 'p/us-central1-a/I', 'p/us-central1-a/i/j', 'p//i'])(
    'not %j',
    (text) => {
      expect(parseVolumeHandle(text)).toBeUndefined();
    },
  );
});

describe('topology', () => {
  it('is the zone that the metadata server reports, as in the Go driver', async () => {
    const emulator = await startEmulator();
    const directory = mkdtempSync(join(tmpdir(), 'google-zone-'));
    const settings = settingsOf(emulator.environment(directory));
    expect(await googleLustre.node(settings).topology?.()).toEqual({
      'topology.gke.io/zone': 'us-central1-a',
    });
    await emulator.stop();
    rmSync(directory, { recursive: true });
    await expect(googleLustre.node(settings).topology?.()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/metadata server.*--topology-zone/) as string,
    });
  });

  it('is what the flag says', async () => {
    const fixed = settingsOf({}, { 'topology-zone': 'us-central1-f' });
    expect(await googleLustre.node(fixed).topology?.()).toEqual({ 'topology.gke.io/zone': 'us-central1-f' });
    const none = settingsOf({}, { 'topology-zone': 'none' });
    expect(googleLustre.node(none)).toMatchObject({ topology: undefined });
    expect([googleLustre.hasTopology?.(none), googleLustre.hasTopology?.(settingsOf())]).toEqual([
      false,
      true,
    ]);
  });
});
