import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../deploy/chart.js';
import { programImages } from '../build/binaries.js';
import type { SuiteVersions } from '../versions.js';
import { writeImageArchive, type ImageDescription } from './image-archive.js';

const run = promisify(execFile);

/** Archives for `ctr images import`. */
export interface SuiteImages {
  /** Images under the names that they have in the registries. */
  readonly archives: readonly string[];
  /** The driver's image, as an OCI layout; its names have the tag only. */
  readonly driver: string;
}

/** Repository of the driver's image, as the chart names it. */
export const driverRepository = 'ghcr.io/lustre-csi/lustre-csi';

export interface ImageInputs {
  /** Directory for the images. */
  readonly directory: string;
  readonly programs: ReadonlyMap<string, string>;
  readonly versions: SuiteVersions;
}

/** Makes the images of the suite: that of this checkout by `deploy/image/build.sh`, the others from built programs. */
export async function makeImages(inputs: ImageInputs): Promise<SuiteImages> {
  mkdirSync(inputs.directory, { recursive: true });
  const [archive, driver] = await Promise.all([makeOthers(inputs), makeDriver(inputs.directory)]);
  return { archives: [archive], driver };
}

async function makeDriver(directory: string): Promise<string> {
  const layout = join(directory, 'driver');
  await run(`${root}deploy/image/build.sh`, [layout], { maxBuffer: 16 * 1024 * 1024 });
  await run('tar', ['-C', layout, '-cf', `${layout}.tar`, '.']);
  return `${layout}.tar`;
}

function makeOthers({ directory, programs, versions }: ImageInputs): Promise<string> {
  const { images } = versions;
  const busybox = busyboxRoot(join(directory, 'busybox'));
  const sidecars = programImages(versions).filter(([name]) => programs.has(name));
  const programsRoot = join(directory, 'programs');
  for (const [name] of sidecars) addProgram(programsRoot, programs.get(name) ?? '');
  const described: ImageDescription[] = [
    { names: [images.pause], layers: [busybox], config: { Entrypoint: ['/bin/sleep', '2147483647'] } },
    { names: [images.busybox, ...images.busyboxOfSuite], layers: [busybox], config: { Cmd: ['sh'] } },
    ...sidecars.map(([name, names]) => ({
      names,
      layers: [programsRoot],
      config: { Entrypoint: [`/bin/${name}`] },
    })),
  ];
  const agnhost = programs.get('agnhost');
  if (agnhost !== undefined) {
    const agnhostRoot = join(directory, 'agnhost');
    addProgram(agnhostRoot, agnhost, '');
    symlinkSync('agnhost', join(agnhostRoot, 'agnhost-2'));
    const config = { Entrypoint: ['/agnhost'], Cmd: ['pause'] };
    described.push({ names: images.agnhost, layers: [busybox, agnhostRoot], config });
  }
  return writeImageArchive(join(directory, 'others'), described);
}

/** Root file system with the applets of a static busybox. */
function busyboxRoot(directory: string): string {
  for (const name of ['bin', 'etc', 'tmp', 'usr/bin', 'var/run', 'root'])
    mkdirSync(join(directory, name), { recursive: true });
  chmodSync(join(directory, 'tmp'), 0o1777);
  copyFileSync('/bin/busybox', join(directory, 'bin/busybox'));
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox'))
    symlinkSync('busybox', join(directory, 'bin', applet));
  symlinkSync('../../bin/env', join(directory, 'usr/bin/env'));
  writeFileSync(join(directory, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(directory, 'etc/group'), 'root:x:0:\n');
  return directory;
}

function addProgram(directory: string, program: string, folder = 'bin'): void {
  const target = join(directory, folder, basename(program));
  mkdirSync(join(directory, folder), { recursive: true });
  try {
    linkSync(program, target);
  } catch {
    // The cache is on another file system.
    copyFileSync(program, target);
  }
  chmodSync(target, 0o755);
}
