import { describe, expect, it } from 'vitest';
import {
  directoriesTags,
  parseTags,
  readTags,
  tagChanges,
  tagsFor,
  withTags,
  type Ownership,
  type Tags,
} from './tags.js';

describe('parseTags', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=b', { a: 'b' }],
    [' a = b , c=d ,', { a: 'b', c: 'd' }],
    ['token=abc==', { token: 'abc==' }],
    ['empty=', { empty: '' }],
  ])('reads %j', (line, tags) => expect(parseTags(line)).toEqual(tags));

  it.each([
    ['a', '"a" has no "="'],
    ['=b', '"" is not a tag name'],
    ['a<b=c', '"a<b" is not a tag name'],
    [`${'n'.repeat(513)}=v`, 'is not a tag name'],
    [`n=${'v'.repeat(257)}`, 'longer than 256'],
    ['k8s-azure-created-by=me', 'the driver itself writes the tag "k8s-azure-created-by"'],
    ['LUSTRE-CSI-VOLUME-NAME=x', 'the driver itself writes'],
    ['team=a,team=b', '"team" and "team" are the same tag'],
    ['Cost=a,x=y, cost=b', '"Cost" and "cost" are the same tag, as Azure ignores case'],
    [Array.from({ length: 43 }, (_, index) => `t${index}=v`).join(), '43 tags, but Azure takes 50'],
  ])('refuses %.40j', (line, words) => expect(() => parseTags(line)).toThrow(words));
});

const ownership: Ownership = {
  volumeName: 'pvc-1',
  attempt: 2,
  clusterId: 'blue',
  subDir: 'data/${pod.metadata.name}',
  metadata: { pvcName: 'claim', pvcNamespace: 'team', pvName: 'pvc-1' },
};

describe('the tags of a file system', () => {
  it('are those of azurelustre-csi-driver and our own, beside the user’s', () => {
    expect(tagsFor(ownership, { team: 'research' })).toEqual({
      team: 'research',
      'k8s-azure-created-by': 'kubernetes-azurelustre-csi-driver',
      'kubernetes.io-created-for-pvc-name': 'claim',
      'kubernetes.io-created-for-pvc-namespace': 'team',
      'kubernetes.io-created-for-pv-name': 'pvc-1',
      'lustre-csi-volume-name': 'pvc-1',
      'lustre-csi-attempt': '2',
      'lustre-csi-cluster': 'blue',
      'lustre-csi-sub-dir': 'data/${pod.metadata.name}',
    });
  });

  it('leave out what there is not, and what is too long for a tag', () => {
    const tags = tagsFor({ ...ownership, clusterId: '', subDir: 'x'.repeat(257), metadata: {} }, {});
    expect(Object.keys(tags)).toEqual([
      'k8s-azure-created-by',
      'lustre-csi-volume-name',
      'lustre-csi-attempt',
    ]);
  });

  it('read back as written', () => {
    expect(readTags(tagsFor(ownership, {}), 'pvc-1', 'blue')).toEqual({
      volumeName: 'pvc-1',
      madeByDriver: true,
      cluster: 'blue',
      subDir: 'data/${pod.metadata.name}',
      attempt: 2,
    });
  });

  it('contain the base paths of directory volumes', () => {
    const tags = { ...directoriesTags('/csi-volumes'), ...directoriesTags('/scratch') };
    expect(readTags(tags, 'resource', '').directoryBases).toEqual(['/csi-volumes', '/scratch']);
    const [mark = '', name = ''] = Object.keys(tags);
    for (const each of [mark, name])
      expect(() => parseTags(`${each.toUpperCase()}=x`)).toThrow('the driver itself writes');
    expect(readTags({ [mark]: 'true' }, 'resource', '').directoryBases).toEqual([]);
    expect(readTags({}, 'resource', '').directoryBases).toBeUndefined();
  });

  it.each<[string, Record<string, string>, string, string | undefined]>([
    ['none at all', {}, '', undefined],
    ['another creator', { 'k8s-azure-created-by': 'another-tool' }, '', undefined],
    ['our predecessor', { 'k8s-azure-created-by': 'kubernetes-azurelustre-csi-driver' }, 'blue', 'fs'],
    ['another case', { 'Lustre-CSI-Volume-Name': 'fs' }, '', 'fs'],
    ['a copied name', { 'lustre-csi-volume-name': 'pvc-1' }, '', undefined],
    [
      'a copied name, with the tag of a driver',
      { 'lustre-csi-volume-name': 'pvc-1', 'k8s-azure-created-by': 'kubernetes-azurelustre-csi-driver' },
      '',
      undefined,
    ],
    ['our cluster', { 'lustre-csi-volume-name': 'fs', 'lustre-csi-cluster': 'blue' }, 'blue', 'fs'],
    ['another cluster', { 'lustre-csi-volume-name': 'fs', 'lustre-csi-cluster': 'red' }, 'blue', undefined],
    [
      'a cluster, and we have no id',
      { 'lustre-csi-volume-name': 'fs', 'lustre-csi-cluster': 'red' },
      '',
      undefined,
    ],
    ['no cluster, and we have an id', { 'lustre-csi-volume-name': 'fs' }, 'blue', 'fs'],
  ])('say whose it is: %s', (_, tags, clusterId, owner) => {
    expect(readTags(tags, 'fs', clusterId).volumeName).toBe(owner);
  });

  it.each(['0', '-1', 'two', '', '1.5'])('count an odd attempt as the first: %j', (attempt) => {
    expect(readTags({ 'lustre-csi-attempt': attempt }, 'fs', '').attempt).toBe(1);
  });
});

describe('withTags', () => {
  it.each<[string, Tags, Tags, Tags | undefined]>([
    ['nothing', { a: 'b' }, {}, undefined],
    ['what is there', { a: 'b' }, { A: 'b' }, undefined],
    ['another', { a: 'b' }, { c: 'd' }, { c: 'd' }],
    ['another value, in any case', { Team: 'b', x: 'y' }, { team: 'c' }, { Team: 'c' }],
  ])('adds %s', (_, existing, added, changes) => {
    expect(tagChanges(existing, added)).toEqual(changes);
    expect(withTags(existing, added)).toEqual({ ...existing, ...changes });
  });

  it('refuses more than ARM takes', () => {
    const existing = Object.fromEntries([...Array(50).keys()].map((index) => [`t${index}`, '']));
    expect(withTags(existing, { t0: 'x' })).toHaveProperty('t0', 'x');
    expect(() => withTags(existing, { more: 'x' })).toThrow('would have 51 tags');
  });
});
