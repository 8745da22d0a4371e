import { describe, expect, it } from 'vitest';
import { formatMountSource, parseMountSource } from '../model/mount-source.js';
import {
  describeMount,
  hidesSubDirectory,
  isSameSource,
  lustreSourceOf,
  showsSource,
} from './mount-identity.js';
import { parseMountInfo } from './table/mount-table.js';

const entryOf = (root: string, type: string, source: string) =>
  parseMountInfo(`90 22 0:50 ${root} /t rw - ${type} ${source} rw`).at('/t')!;

describe('lustreSourceOf', () => {
  it.each([
    ['/', 'lustre', '127.0.0.4@tcp:/lustrefs', '127.0.0.4@tcp:/lustrefs'],
    ['/', 'lustre', '127.0.0.4@tcp:/lustrefs/team/a', '127.0.0.4@tcp:/lustrefs/team/a'],
    ['/team/a', 'tmpfs', '127.0.0.4@tcp:/lustrefs', '127.0.0.4@tcp:/lustrefs/team/a'],
    ['/a', 'lustre', '127.0.0.4@tcp:/lustrefs/team', '127.0.0.4@tcp:/lustrefs/team/a'],
    ['/', 'lustre', 'a@o2ib,b@tcp1:c@o2ib1:/fs', 'a@o2ib,b@tcp1:c@o2ib1:/fs'],
  ])('root %s of %s %s is %s', (root, type, source, expected) => {
    expect(formatMountSource(lustreSourceOf(entryOf(root, type, source))!)).toBe(expected);
  });

  it.each(['/dev/vda1', 'tmpfs', 'server:/export', 'overlay', '127.0.0.4:/export'])(
    '%s is not Lustre',
    (source) => {
      expect(lustreSourceOf(entryOf('/', 'lustre', source))).toBeUndefined();
    },
  );
});

describe('isSameSource', () => {
  it.each([
    ['127.0.0.4@tcp:/lustrefs', '127.0.0.4@tcp0:/lustrefs', undefined, true],
    ['127.0.0.4@tcp:/lustrefs', '127.0.0.5@tcp:/lustrefs', undefined, false],
    ['127.0.0.4@tcp:/lustrefs', '127.0.0.4@tcp:/other', undefined, false],
    ['127.0.0.4@tcp:/lustrefs/a', '127.0.0.4@tcp:/lustrefs', undefined, false],
    ['127.0.0.4@tcp:/lustrefs/a', '127.0.0.4@tcp:/lustrefs/b', undefined, false],
    ['127.0.0.4@tcp:127.0.0.5@tcp:/fs', '127.0.0.5@tcp:127.0.0.4@tcp:/fs', undefined, true],
    ['172.31.4.7@tcp:/abcde', 'fs-1.fsx.us-west-2.amazonaws.com@tcp:/abcde', undefined, true],
    ['172.31.4.7@tcp:/abcde', 'fs-1.fsx.us-west-2.amazonaws.com@tcp:/fghij', undefined, false],
    ['172.31.4.7@tcp:/abcde', 'fs-1.example@tcp:/abcde', '172.31.4.7@tcp:/abcde', true],
    ['172.31.9.9@tcp:/abcde', 'fs-1.example@tcp:/abcde', '172.31.4.7@tcp:/abcde', false],
  ])('%s mounted, %s wanted, %s seen before: %s', (mounted, wanted, observed, expected) => {
    const seen = observed === undefined ? undefined : parseMountSource(observed);
    expect(isSameSource(parseMountSource(mounted), parseMountSource(wanted), seen)).toBe(expected);
  });
});

describe('hidesSubDirectory', () => {
  // Lines of clients of 2.15 and 2.17, and the source that was mounted.
  it.each([
    ['mgs.example@tcp:/testfs', true],
    ['10.9.0.1@tcp0:/lfs', true],
    ['10.9.0.1@tcp:/lfs', false],
    ['10.9.0.1@tcp:/lfs/team/x', false],
    ['10.9.0.1@tcp,10.9.0.8@tcp:10.9.0.9@tcp:/lfs', false],
  ])('%s: %s', (source, expected) => {
    expect(hidesSubDirectory(parseMountSource(source))).toBe(expected);
  });
});

describe('showsSource', () => {
  const client = entryOf('/', 'lustre', 'srv@tcp:/lfs');
  const other = { ...client, superOptions: ['rw', 'flock'] };

  it.each([
    ['a mount by name, of which nothing is known', '/', { source: 'srv@tcp:/lfs' }, undefined, {}, false],
    ['one that this driver has observed', '/', { source: 'srv@tcp:/lfs' }, 'srv@tcp:/lfs', {}, true],
    [
      'one that it observed for a sub-directory',
      '/',
      { source: 'srv@tcp:/lfs/a' },
      'srv@tcp:/lfs',
      {},
      false,
    ],
    [
      'a bind mount of its own client',
      '/team/x',
      { source: 'srv@tcp:/lfs/team/x' },
      undefined,
      { client },
      true,
    ],
    ['a directory of its own client', '/', { source: 'srv@tcp:/lfs/team/x' }, undefined, { client }, false],
    ['a bind mount of another client', '/', { source: 'srv@tcp:/lfs' }, undefined, { client: other }, false],
  ])('decides about %s', (_, root, wanted, observedSource, evidence, expected) => {
    const known = observedSource === undefined ? wanted : { ...wanted, observedSource };
    expect(showsSource(entryOf(root, 'lustre', 'srv@tcp:/lfs'), wanted, known, evidence)).toBe(expected);
  });

  it('says in messages that the sub-directory is hidden', () => {
    expect(describeMount(client)).toContain('or a sub-directory of it is mounted there');
  });
});
