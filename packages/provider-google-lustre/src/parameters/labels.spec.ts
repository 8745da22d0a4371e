import { describe, expect, it } from 'vitest';
import {
  clusterLabel,
  directoriesLabels,
  labelsFor,
  mergedLabels,
  parseLabels,
  readLabels,
  type Labels,
} from './labels.js';

const ownership = { volumeName: 'pvc-1', attempt: 2, clusterId: 'one', metadata: {} };
const ours = labelsFor(ownership, { team: 'research' });
const goDriver = { 'storage_gke_io_created-by': 'lustre_csi_storage_gke_io' };

describe('parseLabels', () => {
  it('reads pairs', () => {
    expect(parseLabels(' team=research, empty= ,')).toEqual({ team: 'research', empty: '' });
  });

  it.each([
    ['Team=x', /"Team=x" is not a label/],
    ['team=a.b', /is not a label/],
    ['team', /not of the form key=value/],
    ['a=b=c', /not of the form/],
    ['a=1,a=2', /given twice/],
    ['storage_gke_io_created-by=me', /driver itself writes/],
    ['lustre-csi-directories-0=x', /driver itself writes/],
    [Array.from({ length: 57 }, (_, index) => `k${index}=v`).join(), /57 labels/],
  ])('refuses %s', (line, words) => {
    expect(() => parseLabels(line)).toThrow(words);
  });
});

describe('labels of ownership', () => {
  it('are read back', () => {
    expect(readLabels(ours, 'pvc-1', 'one')).toEqual({
      madeByDriver: true,
      volumeName: 'pvc-1',
      cluster: 'one',
      attempt: 2,
    });
  });

  it.each<[string, Labels, string, string, object]>([
    [
      'of another cluster',
      ours,
      'pvc-1',
      'two',
      { isOtherClusters: true, cluster: 'one', madeByDriver: true },
    ],
    ['of a cluster, where the driver has none', ours, 'pvc-1', '', { isOtherClusters: true }],
    ['copied to another instance', ours, 'copy', 'one', {}],
    ['of the Go driver', goDriver, 'pvc-1', 'one', { volumeName: 'pvc-1', madeByDriver: true }],
    ['of a person', { team: 'research' }, 'pvc-1', 'one', {}],
  ])('%s', (_, labels, instance, clusterId, expected) => {
    const read = readLabels(labels, instance, clusterId);
    expect(read).toMatchObject(expected);
    expect('volumeName' in read).toBe('volumeName' in expected);
    expect('madeByDriver' in read).toBe('madeByDriver' in expected || 'isOtherClusters' in expected);
  });

  it('keep a cluster id that labels cannot have apart from others', () => {
    const labels = { ...goDriver, ...clusterLabel('Cluster.One') };
    expect(readLabels(labels, 'x', 'Cluster.One')).toMatchObject({ volumeName: 'x', cluster: 'Cluster.One' });
    expect(readLabels(labels, 'x', 'cluster.one')).toMatchObject({ isOtherClusters: true });
  });

  it('have the names of Kubernetes objects as far as labels can', () => {
    const metadata = { pvcName: `data.${'x'.repeat(100)}` };
    const { 'kubernetes_io_created-for_pvc_name': name } = labelsFor({ ...ownership, metadata }, {});
    expect(name).toBe(`data_${'x'.repeat(58)}`);
  });
});

describe('labels of base paths', () => {
  it.each(['csi-volumes', 'A/b_c.d=e', `deep/${'directory/'.repeat(20)}end`])('keep %s', (base) => {
    const labels = directoriesLabels(base);
    for (const [key, value] of Object.entries(labels)) {
      expect(key).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
      expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
    }
    expect(readLabels(labels, 'x', '').directoryBases).toEqual([base]);
  });

  it('are known to be lost', () => {
    expect(readLabels({ 'lustre-csi-parent': 'true' }, 'x', '').directoryBases).toEqual([]);
    const { 'lustre-csi-parent': _, ...parts } = directoriesLabels('x/'.repeat(60));
    const [lost] = Object.keys(parts);
    const rest = Object.fromEntries(Object.entries(parts).filter(([key]) => key !== lost));
    expect(readLabels(rest, 'x', '').directoryBases).toEqual([]);
    expect(readLabels({}, 'x', '')).not.toHaveProperty('directoryBases');
  });
});

describe('mergedLabels', () => {
  it('keeps others, and is undefined where nothing differs', () => {
    expect(mergedLabels({ a: '1', b: '2' }, { b: '3' })).toEqual({ a: '1', b: '3' });
    expect(mergedLabels({ a: '1', b: '2' }, { b: '2' })).toBeUndefined();
  });

  it('refuses more than Google takes', () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, 'v']));
    expect(() => mergedLabels(many, { one: 'more' })).toThrow(/65 labels.*takes 64/);
  });
});
