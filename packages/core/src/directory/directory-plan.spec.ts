import { describe, expect, it } from 'vitest';
import { parameter } from '../provider/parameters.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { growthOf } from '../testing/growth.js';
import { volumeRequest } from '../testing/volume-request.js';
import { Capacity } from '../model/capacity.js';
import { differencesFrom } from './registry/directory-entries.js';
import { DirectoryParameters } from './directory-parameters.js';
import { directoryPlan, provisioningMode, type DirectoryPlan } from './directory-plan.js';
import type { VolumeRequest } from '../model/volume-request.js';

const parents: ParentFileSystems = {
  parameters: { fileSystem: parameter.string({ description: 'Which.', example: 'fs', legal: 'a name' }) },
  caseInsensitive: true,
  parentOf: ({ fileSystem }) => String(fileSystem),
  referenceTo: (parent) => ({ id: parent, listingScope: '' }),
  contextFor: () => ({}),
};

const parameters = new DirectoryParameters('lustre.example.com', parents);

const plan = (given: Record<string, string> = {}, change: Partial<VolumeRequest> = {}): DirectoryPlan => {
  const all = { provisioningMode: 'directory', fileSystem: 'fs', ...given };
  const request = { ...volumeRequest(), capacityRange: {}, ...change, parameters: all };
  return directoryPlan(request, parameters.read(all));
};

describe('the plan of a directory', () => {
  it('has defaults', () => {
    expect(plan()).toMatchObject({
      parent: 'fs',
      base: ['csi-volumes'],
      desired: {
        name: 'pvc-1',
        path: ['pvc-1'],
        capacityBytes: '0',
        settings: { uid: 0, gid: 0, mode: 0o777, stripe: [], quota: 'none', onDelete: 'delete', node: {} },
        projectIds: { first: 100_000, last: 199_999 },
      },
    });
  });

  it.each([
    ['', ['csi-volumes']],
    ['/', []],
    ['//a/', ['a']],
  ])('has the base path that "%s" means', (basePath, base) => {
    expect(plan({ basePath }).base).toEqual(base);
  });

  it.each([
    ['/k8s/${pvc.namespace}', /basePath.*"\$\{" looks like a placeholder.*write it in subPath/],
    ['/{{ .PVCNamespace }}', /"\{\{ \.PVCNamespace \}\}" looks like a placeholder/],
    ['/$(NAMESPACE)', /looks like a placeholder/],
  ])('takes no variables in the base path: %s', (basePath, message) => {
    expect(() => plan({ basePath })).toThrow(message);
  });

  it.each<[string, (size: number) => string]>([
    ['slashes', (size) => '/'.repeat(2 * size)],
    ['slashes in the middle', (size) => `/a${'/'.repeat(2 * size)}a`],
    ['names', (size) => '/a'.repeat(size)],
    ['placeholders', (size) => '/${'.repeat(size)],
  ])('is read in a time that grows like the number of %s', (_, textOf) => {
    for (const name of ['basePath', 'subPath'])
      expect(growthOf((text) => plan({ [name]: text }), textOf)).toBeLessThan(3);
  });

  it('takes what the StorageClass says', () => {
    const given = {
      basePath: '/a/b/',
      subPath: '/x/${pv.name}/',
      UID: '5',
      gid: '6',
      directoryPerms: '2770',
      stripe: '-c 2',
      onDelete: 'archive',
      quota: 'soft',
      projectIdRange: '5-9',
      mountSharing: 'pod',
    };
    expect(plan(given, { capacityRange: { limit: Capacity.gibibytes(3) } })).toMatchObject({
      base: ['a', 'b'],
      desired: {
        path: ['x', 'pvc-1'],
        capacityBytes: Capacity.gibibytes(3).bytes.toString(),
        settings: {
          uid: 5,
          gid: 6,
          mode: 0o2770,
          stripe: ['-c', '2'],
          quota: 'soft',
          onDelete: 'archive',
          node: { mountSharing: 'pod' },
        },
        projectIds: { first: 5, last: 9 },
      },
    });
  });

  it('has a quota of a gibibyte if no size is requested', () => {
    expect(plan({ quota: 'hard' }).desired.capacityBytes).toBe(Capacity.gibibytes(1).bytes.toString());
  });

  it('takes an empty value as none', () => {
    expect(plan({ subPath: '', basePath: '', uid: '' })).toEqual(plan({}));
  });

  it.each(['a/b', '..', '.lustre-csi', 'x\u0007', 'ü'.repeat(200), '${pvc.name}'])(
    'replaces a volume name that is no name of a file: %j',
    (name) => {
      expect(plan({}, { name }).desired.path).toEqual([expect.stringMatching(/^volume-[0-9a-f]{32}$/)]);
    },
  );

  it.each([
    [{ basePath: '../x' }, /basePath/],
    [{ subPath: 'a/../b' }, /"\.\."/],
    [{ subPath: 'a//b' }, /empty parts/],
    [{ subPath: 'a/.lustre-csi' }, /cannot be the path/],
    [{ uid: '-1' }, /whole number/],
    [{ uid: '4294967295' }, /whole number/],
    [{ directoryPerms: '0o770' }, /octal/],
    [{ onDelete: 'keep' }, /delete, retain, archive/],
    [{ quota: 'yes' }, /hard, soft, none/],
    [{ projectIdRange: '9-5' }, /range of project ids/],
    [{ projectIdRange: '0-5' }, /range of project ids/],
    [{ sku: 'x' }, /knows no parameter "sku"/],
  ])('refuses %o', (given, message) => {
    expect(() => plan(given)).toThrow(message);
  });

  it.each([
    [{ basePath: `/${'b'.repeat(88)}` }, undefined],
    [
      { basePath: `/${'b'.repeat(89)}` },
      /129 bytes, and CSI allows 128.*basePath \("\/b+"\)\. Shorten basePath/,
    ],
    [{ basePath: `/${'b'.repeat(88)}`, quota: 'hard' }, /135 bytes/],
    [{ basePath: `/${'ü'.repeat(20)}` }, /160 bytes/],
    [{ fileSystem: '10.0.0.1@tcp,10.0.1.1@tcp:'.repeat(4) }, /name fewer of them/],
    [{ subPath: 's/'.repeat(200) + 's' }, undefined],
  ])('refuses, before anything is made, what CSI has no room for in a handle: %o', (given, message) => {
    const planning = (): DirectoryPlan => plan(given);
    if (message) expect(planning).toThrow(message);
    else expect(planning).not.toThrow();
  });

  it('refuses what directories do not have', () => {
    expect(() => plan({}, { mutableParameters: { x: 'y' } })).toThrow('no mutable parameter "x"');
    expect(() => plan({}, { contentSource: { kind: 'snapshot', id: 's' } })).toThrow('from a snapshot');
  });
});

describe('provisioningMode', () => {
  it.each([
    [{}, false, 'filesystem'],
    [{ provisioningMode: 'directory' }, false, 'directory'],
    [{ provisioningMode: 'filesystem' }, false, 'filesystem'],
    [{ provisioningmode: 'directory' }, true, 'directory'],
    [{ provisioningmode: 'directory' }, false, 'filesystem'],
  ])('%o', (given, caseInsensitive, mode) => {
    expect(provisioningMode(given as Record<string, string>, caseInsensitive)).toBe(mode);
  });

  it('refuses what it is not', () => {
    expect(() => provisioningMode({ provisioningMode: 'Directory' }, false)).toThrow('directory, filesystem');
  });
});

describe('an existing volume', () => {
  const { desired } = plan({ subPath: 'a/b' }, { capacityRange: { required: Capacity.gibibytes(2) } });
  const entry = { ...desired, version: 1, incarnation: '0' } as const;

  it.each([
    ['the same', {}, []],
    ['grown since', { capacityBytes: Capacity.gibibytes(3).bytes.toString() }, []],
    ['smaller', { capacityBytes: '5' }, [/capacity is 5 bytes/]],
    ['another path', { path: ['c'] }, [/path is "c" \(requested: "a\/b"\)/]],
    ['other settings', { settings: { ...desired.settings, uid: 9 } }, [/uid is 9 \(requested: 0\)/]],
  ])('is %s', (_, change, expected) => {
    const found = differencesFrom(desired, { ...entry, ...change });
    expect(found).toHaveLength(expected.length);
    expected.forEach((message, index) => expect(found[index]).toMatch(message));
  });

  it('is larger than the limit', () => {
    const limited = { ...desired, range: { limit: '5' } };
    expect(differencesFrom(limited, entry)).toEqual([expect.stringContaining('0 to 5 bytes')]);
  });
});
