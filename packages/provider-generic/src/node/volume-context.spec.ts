import { formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { fromVolumeContext, toVolumeContext } from './volume-context.js';

describe('the volume context of a static volume', () => {
  it.each([
    [{ source: '10.0.0.4@tcp:/scratch' }, '10.0.0.4@tcp:/scratch'],
    [{ source: 'mgs1@o2ib:mgs2@o2ib:/scratch/a/b' }, 'mgs1@o2ib:mgs2@o2ib:/scratch/a/b'],
    [{ source: '10.0.0.4@tcp:/scratch/a', subDir: '/b/' }, '10.0.0.4@tcp:/scratch/a/b'],
    [{ mgsNids: '10.0.0.4@tcp1', fsName: 'scratch' }, '10.0.0.4@tcp1:/scratch'],
    [
      { mgsNids: '10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib', fsName: 'scratch', subDir: 'x' },
      '10.0.0.1@tcp,10.1.0.1@o2ib:10.0.0.2@tcp,10.1.0.2@o2ib:/scratch/x',
    ],
    [{ 'mgs-nids': 'mgs.example.com.@tcp\n', FSName: '/fs/', 'sub-dir': 'x' }, 'mgs.example.com@tcp:/fs/x'],
    [{ mgsNids: 'mgs@efa', fsName: 'fs', 'csi.storage.k8s.io/pod.name': 'p' }, 'mgs@efa:/fs'],
  ])('%o is %s', (context, source) => {
    expect(formatMountSource(fromVolumeContext(context as Record<string, string>))).toBe(source);
  });

  it.each([
    [{}, /no file system is named/],
    [{ source: '10.0.0.4@tcp:/scratch', path: '/team' }, /write "subDir"/],
    [{ mgsNids: '10.0.0.4@tcp' }, /"fsName" is missing/],
    [{ fsName: 'scratch' }, /"mgsNids" is missing/],
    [{ source: '10.0.0.4@tcp:/scratch', fsName: 'scratch' }, /"source" excludes "mgsNids" and "fsName"/],
    [{ source: '/scratch' }, /"source": .*must read NID/],
    [{ mgsNids: '10.0.0.4', fsName: 'scratch' }, /"mgsNids", "fsName": .*is not a NID/],
    [{ mgsNids: '10.0.0.4@tcp', fsName: 'much-too-long' }, /not a Lustre fsname/],
    [{ source: '10.0.0.4@tcp:/scratch', subDir: '../x' }, /"subDir": .*relative path/],
  ])('refuses %o', (context, message) => {
    expect(() => fromVolumeContext(context as Record<string, string>)).toThrow(message);
  });

  it('is read as it is written', () => {
    const source = fromVolumeContext({ source: 'a@tcp:b@tcp:/fs/x/y' });
    expect(fromVolumeContext(toVolumeContext(source))).toEqual(source);
  });
});
