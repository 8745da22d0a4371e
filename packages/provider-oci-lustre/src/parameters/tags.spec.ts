import { describe, expect, it } from 'vitest';
import { directoriesTags, readTags, tagsFor, withTags } from './tags.js';

const written = tagsFor({ volumeName: 'pvc-1', attempt: 2, clusterId: 'a' }, { team: 'x' });
const oracles = 'csi-lustre-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e';

describe('tags', () => {
  it('are read as they were written', () => {
    expect(readTags(written, 'pvc-1', 'a')).toEqual({
      volumeName: 'pvc-1',
      attempt: 2,
      cluster: 'a',
      madeByDriver: true,
    });
  });

  it.each([
    ['another cluster', 'b'],
    ['a driver without a cluster', ''],
  ])('show %s that the file system is not its own', (_, cluster) => {
    const tags = readTags(written, 'pvc-1', cluster);
    expect(tags).toMatchObject({ cluster: 'a', isOtherClusters: true, madeByDriver: true });
    expect(tags).not.toHaveProperty('volumeName');
  });

  it("recognize file systems of Oracle's driver by their display name, and no others", () => {
    expect(readTags({}, oracles, '')).toEqual({ volumeName: oracles, attempt: 1, madeByDriver: true });
    for (const name of ['csi-lustre-mine', `${oracles}-copy`, 'pvc-1'])
      expect(readTags({}, name, '')).toEqual({ attempt: 1 });
  });

  it('keep the base paths of directories, and notice their loss', () => {
    const tags = { ...directoriesTags('/a'), ...directoriesTags('/b') };
    expect(readTags(tags, '', '').directoryBases?.toSorted()).toEqual(['/a', '/b']);
    expect(readTags({ 'lustre-csi-parent': 'true' }, '', '').directoryBases).toEqual([]);
    expect(readTags({}, '', '')).not.toHaveProperty('directoryBases');
  });

  it('merge, and stay within the limit of OCI', () => {
    expect(withTags(written, { team: 'x' })).toBeUndefined();
    expect(withTags(written, { team: 'y' })).toEqual({ ...written, team: 'y' });
    const seven = Object.fromEntries([...'abcdefg'].map((key) => [key, '']));
    expect(() => withTags(written, seven)).toThrow('11 free-form tags');
  });
});
