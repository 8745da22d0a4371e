import { describe, expect, it } from 'vitest';
import { parseMountInfo } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';
import { statPathFor } from './stat-path.js';

const shared: Publication = {
  volumeId: 'v1',
  targetPath: '/t',
  mountPoint: '/t',
  source: 'fs.example@tcp:/abcde/team/a',
  accessMode: 'MULTI_NODE_MULTI_WRITER',
  readonly: false,
  mountFlags: [],
  clientMount: '/m/1',
  observedSource: '127.0.0.4@tcp:/abcde',
};
const { clientMount: _, ...own } = shared;
const client = '80 22 0:50 / /m/1 rw - lustre 127.0.0.4@tcp:/abcde rw';
const target = '81 22 0:50 /team/a /t rw - lustre 127.0.0.4@tcp:/abcde rw';

describe('statPathFor', () => {
  it.each<[string, Publication, string[], string | undefined, number | undefined]>([
    ['a bind mount, through its client', shared, [client, target], '/m/1/team/a', 80],
    ['the whole file system', { ...shared, source: 'fs.example@tcp:/abcde' }, [client, target], '/m/1', 80],
    ['a target with a client of its own', own, [client, target], '/t', 81],
    ['a bind mount whose client is gone', shared, [target], '/t', 81],
    [
      'a bind mount in whose client place something else is',
      shared,
      [client.replace('abcde', 'other'), target],
      '/t',
      81,
    ],
    ['nothing', shared, [], undefined, undefined],
  ])('measures %s', (_name, publication, lines, path, mountId) => {
    const place = statPathFor(publication, parseMountInfo(lines.join('\n')));
    expect(place?.path).toBe(path);
    expect(place?.mount.id).toBe(mountId);
  });
});
