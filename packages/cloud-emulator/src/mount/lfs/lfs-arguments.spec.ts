import { describe, expect, it } from 'vitest';
import { parseLfsArguments } from './lfs-arguments.js';

describe('the arguments of lfs', () => {
  it.each([
    ['project -s -p 100 .', { name: 'set-project', project: 100, inherit: true, paths: ['.'] }],
    ['project -p 100 a b', { name: 'set-project', project: 100, inherit: false, paths: ['a', 'b'] }],
    ['project -d /m', { name: 'show-project', paths: ['/m'] }],
    ['project -C -r /m', { name: 'clear-project', paths: ['/m'] }],
    ['quota -q -p 5 /m', { name: 'show-quota', project: 5, quiet: true, path: '/m' }],
    [
      'setquota -p 5 -b 0 -B 1G /m',
      { name: 'set-quota', project: 5, limits: { softKib: 0n, hardKib: 1048576n }, path: '/m' },
    ],
    [
      'setquota -p 5 -B 12 -I 3 /m',
      { name: 'set-quota', project: 5, limits: { hardKib: 12n, hardInodes: 3n }, path: '/m' },
    ],
    [
      'setstripe -E 64M -c 1 -E -1 -c -1 .',
      { name: 'set-stripe', layout: '-E 64M -c 1 -E -1 -c -1'.split(' '), paths: ['.'] },
    ],
    ['getstripe -d x', { name: 'show-stripe', paths: ['x'] }],
    ['getname /m', { name: 'show-name', paths: ['/m'] }],
    ['df /m', { name: 'show-space', path: '/m' }],
  ])('%s', (line, command) => {
    expect(parseLfsArguments(line.split(' '))).toMatchObject(command);
  });

  it.each([
    ['fid2path /m', /knows project/],
    ['project -p x /m', /invalid project ID 'x'/],
    ['project -z /m', /unrecognized option '-z'/],
    ['setquota -p 5 -B many /m', /invalid limit 'many'/],
    ['quota -p 5', /exactly one mount point/],
    ['setstripe .', /no layout/],
    ['project -d', /no path/],
  ])('refuses %s', (line, message) => {
    expect(() => parseLfsArguments(line.split(' '))).toThrow(message);
  });
});
