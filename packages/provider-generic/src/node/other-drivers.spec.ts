// PersistentVolumes of other Lustre drivers, as their documentation and examples write them.
import { formatMountSource } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { GenericController } from '../operations/generic-controller.js';
import { mountFlagsOf, mountSourceOf } from './volume-context.js';

interface OtherVolume {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly volumeAttributes?: Readonly<Record<string, string>>;
  /** Source that is mounted. */
  readonly source: string;
  readonly mountFlags?: readonly string[];
  /** The handle names something that no mount can be read from. */
  readonly isName?: true;
}

const ocid = `ocid1.lustrefilesystem.oc1.phx.amaaaaaa${'x'.repeat(52)}`;
const hpe = { driver: 'lustre-csi.hpe.com' };
const oracle = { driver: 'lustre.csi.oraclecloud.com' };
const klustre = {
  driver: 'lustre.csi.klustrefs.io',
  volumeHandle: 'lustre-static-pv',
  isName: true as const,
};
const ddn = { driver: 'exa.csi.ddn.com' };
const luscsi = { driver: 'luscsi.luskits.io', volumeHandle: '10.20.2.166@tcp#lstore#csi~volume#dataset' };

const volumes: readonly OtherVolume[] = [
  // Examples of HPE: the handle is the source.
  { ...hpe, volumeHandle: '10.1.1.113@tcp:/lushtx', source: '10.1.1.113@tcp:/lushtx' },
  { ...hpe, volumeHandle: '10.1.1.113@o2ib:/lushtx', source: '10.1.1.113@o2ib:/lushtx' },
  {
    ...hpe,
    volumeHandle: '10.1.1.113@o2ib,10.2.1.113@tcp:10.1.1.114@o2ib,10.2.1.114@tcp:/lushtx/project',
    source: '10.1.1.113@o2ib,10.2.1.113@tcp:10.1.1.114@o2ib,10.2.1.114@tcp:/lushtx/project',
  },
  // Documentation of OKE, and a handle that the driver has written.
  {
    ...oracle,
    volumeHandle: '10.0.2.6@tcp:/testlufs',
    volumeAttributes: { setupLnet: 'true' },
    source: '10.0.2.6@tcp:/testlufs',
  },
  { ...oracle, volumeHandle: `${ocid}:10.0.2.6@tcp:/pvabc123`, source: '10.0.2.6@tcp:/pvabc123' },
  // Documentation of Klustre: the handle is any name.
  {
    ...klustre,
    volumeAttributes: { source: '10.0.0.1@tcp0:/lustre', mountOptions: 'flock,user_xattr' },
    source: '10.0.0.1@tcp0:/lustre',
    mountFlags: ['flock,user_xattr'],
  },
  {
    ...klustre,
    volumeAttributes: { source: '10.0.0.1@tcp0:10.0.0.2@tcp0:/lustre/team' },
    source: '10.0.0.1@tcp0:10.0.0.2@tcp0:/lustre/team',
  },
  // README and examples of EXAScaler: static and dynamic volumes have one form.
  {
    ...ddn,
    volumeHandle: 'exa1:10.3.3.200@tcp;/exaFS:/mountPoint-csi:/nginx-persistent',
    volumeAttributes: { exaMountUid: '1001', projectId: '1000001', mountOptions: 'ro, flock' },
    source: '10.3.3.200@tcp:/exaFS/nginx-persistent',
    mountFlags: ['ro,flock'],
  },
  {
    ...ddn,
    volumeHandle: 'exa1:10.204.86.217@tcp;/testfs/storageclass13:/mnt:/nginx-persistent',
    source: '10.204.86.217@tcp:/testfs/storageclass13/nginx-persistent',
  },
  {
    ...ddn,
    volumeHandle: 'exa1:10.3.3.200@o2ib,10.4.3.200@tcp;10.3.3.201@o2ib,10.4.3.201@tcp;/testfs:/mnt:pvc-exa-1',
    source: '10.3.3.200@o2ib,10.4.3.200@tcp:10.3.3.201@o2ib,10.4.3.201@tcp:/testfs/pvc-exa-1',
  },
  // Example of luscsi.
  {
    ...luscsi,
    volumeAttributes: {
      mgsAddress: '10.20.2.166@tcp',
      fsName: 'lstore',
      subDir: 'dataset',
      sharePath: 'csi~volume',
      volumeID: 'dataset',
    },
    source: '10.20.2.166@tcp:/lstore/csi~volume/dataset',
  },
  { ...luscsi, source: '10.20.2.166@tcp:/lstore/csi~volume/dataset' },
];

describe.each(volumes)('$driver: $volumeHandle', ({ volumeHandle, volumeAttributes = {}, ...expected }) => {
  const volume = { volumeId: volumeHandle, context: volumeAttributes };

  it('is mounted', () => {
    expect(formatMountSource(mountSourceOf(volume))).toBe(expected.source);
    expect(mountFlagsOf(volume)).toEqual(expected.mountFlags ?? []);
  });

  it('is static to the controller', () => {
    const reference = new GenericController().parseVolumeId(volumeHandle);
    if (expected.isName) expect(reference).toBeUndefined();
    else expect(reference?.staticSource && formatMountSource(reference.staticSource)).toBe(expected.source);
  });
});

describe('what a handle states', () => {
  it('does not count beside attributes that name a file system', () => {
    const context = { source: '10.0.0.4@tcp:/scratch' };
    expect(formatMountSource(mountSourceOf({ volumeId: '10.1.1.113@tcp:/lushtx', context }))).toBe(
      '10.0.0.4@tcp:/scratch',
    );
  });

  it('can have a directory in the attributes', () => {
    const context = { subDir: 'team/a' };
    expect(formatMountSource(mountSourceOf({ volumeId: '10.1.1.113@tcp:/lushtx', context }))).toBe(
      '10.1.1.113@tcp:/lushtx/team/a',
    );
  });

  it.each([
    'scratch-of-everybody',
    'fs-0123456789abcdef0',
    'exa1:10.3.3.200@tcp;/exaFS:/mnt:/../other',
    'nfs.example.com:/export',
    '10.20.2.166@tcp#lstore',
  ])('is no source: %s', (volumeId) => {
    expect(() => mountSourceOf({ volumeId, context: {} })).toThrow(/no file system is named/);
  });
});

it('refuses volumes that fscrypt has encrypted', () => {
  const volumeId = 'exa1:10.204.86.217@tcp;/testfs:/mnt:/nginx-persistent';
  expect(() => mountSourceOf({ volumeId, context: { encryption: 'true' } })).toThrow(/fscrypt/);
  expect(mountSourceOf({ volumeId, context: { encryption: 'false' } }).fsname).toBe('testfs');
});
