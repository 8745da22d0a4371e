import type { RatioRule } from './baseline.js';

/** Ratios that CI compares: of CPU, memory and counts, never of times, which other work on the machine changes. The keys of growing figures contain their size: those of the short run. */
export const ratioRules: readonly RatioRule[] = [
  {
    name: 'publish-beside-mounts',
    about: 'CPU of a publication beside 1,024 other mounts, against none',
    of: (median) => median('publish.cpu.1024') / median('publish.cpu.0'),
  },
  {
    name: 'stats-beside-mounts',
    about: 'CPU of NodeGetVolumeStats beside 1,024 other mounts, against none',
    of: (median) => median('stats.cpu.1024') / median('stats.cpu.0'),
  },
  {
    name: 'publish-against-bind',
    about: 'CPU of a publication against that of mount(8) and umount(8) from a shell',
    of: (median) => median('publish.cpu.0') / median('limit.bind-cpu'),
  },
  {
    name: 'unpublish-against-bind',
    about: 'CPU of an unpublication against that of mount(8) and umount(8) from a shell',
    of: (median) => median('unpublish.cpu.0') / median('limit.bind-cpu'),
  },
  {
    name: 'clients-of-one-volume',
    about: 'Lustre clients for many targets of one volume',
    of: (median) => median('publish.clients.0'),
  },
  {
    name: 'creation-lookups',
    about: 'lookups for 40 creations at once against those for 4',
    of: (median) => median('create.lookups.40') / median('create.lookups.4'),
  },
  {
    name: 'deletion-lookups',
    about: 'lookups for 40 deletions at once against those for 4',
    of: (median) => median('delete.lookups.40') / median('delete.lookups.4'),
  },
  {
    name: 'expansion-lookups',
    about: 'lookups for 4 expansions at once, of each',
    of: (median) => median('expand.lookups.4') / 4,
  },
  {
    name: 'node-memory',
    about: 'resident memory of the idle node service against Node.js alone',
    of: (median) => median('node.resident') / median('limit.node-memory'),
  },
  {
    name: 'node-start',
    about: 'CPU of the start of the node service against Node.js alone',
    of: (median) => median('node.start-cpu') / median('limit.node-start-cpu'),
  },
  {
    name: 'call-against-empty-call',
    about: 'CPU of a call that does nothing, 16 at once, against one without a handler on the same library',
    of: (median) => median('capabilities.cpu.16') / median('limit.call-cpu'),
  },
];
