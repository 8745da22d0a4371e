import { expect, it } from 'vitest';
import type { ClientVersion } from '../client-version.js';
import { superOptions } from './super-options.js';

const old = (flock: string): string =>
  `rw,checksum,${flock},nouser_xattr,lruresize,lazystatfs,nouser_fid2path,verbose,encrypt`;

it.each<[version: ClientVersion, options: string, shown: string]>([
  ['2.15', '', old('flock')],
  ['2.15', 'noflock', old('noflock')],
  ['2.15', '32bitapi', old('flock').replace('verbose', 'verbose,32bitapi')],
  [
    '2.15',
    'user_xattr,nolazystatfs',
    'rw,checksum,flock,user_xattr,lruresize,nouser_fid2path,verbose,encrypt',
  ],
  [
    '2.17',
    '',
    'rw,checksum,encrypt,flock,lazystatfs,lruresize,nolock,statfs_project,nouser_fid2path,nouser_xattr,verbose',
  ],
  [
    '2.17',
    'flock,localflock',
    'rw,checksum,encrypt,noflock,localflock,lazystatfs,lruresize,nolock,statfs_project,nouser_fid2path,nouser_xattr,verbose',
  ],
])('a %s client that was mounted with "%s" shows %s', (version, options, shown) => {
  const words = options.split(',').filter((word) => word !== '');
  expect(superOptions(words, false, version).join(',')).toBe(shown);
});

it('a client that was mounted read-only shows that first', () => {
  expect(superOptions([], true, '2.17')[0]).toBe('ro');
});
