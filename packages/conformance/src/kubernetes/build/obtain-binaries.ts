import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SuiteVersions } from '../versions.js';
import { binaryGroups, type BinaryGroup } from './binaries.js';
import { goEnvironment, prepareModule } from './go-module.js';

const run = promisify(execFile);
const MINUTE_MS = 60_000;

/** Programs of the suite, by name, and the groups that were left out. */
export interface Binaries {
  readonly paths: ReadonlyMap<string, string>;
  readonly missing: readonly BinaryGroup[];
}

export interface BuildOptions {
  readonly cache: string;
  readonly versions: SuiteVersions;
  /** Time limit of all builds together. Minutes. */
  readonly minutes: number;
  readonly report: (line: string) => void;
}

const directoryOf = (cache: string, { name, version }: BinaryGroup): string =>
  join(cache, `kubernetes-${name}-${version}`);

/** Builds the programs that the cache lacks, in the order of their value, as long as the time allows. A build that its time limit
 *  ends has filled the cache of the toolchain: the next run continues there. */
export async function obtainBinaries(options: BuildOptions): Promise<Binaries> {
  const groups = binaryGroups(options.versions);
  const missing: BinaryGroup[] = [];
  const deadline = Date.now() + options.minutes * MINUTE_MS;
  for (const group of groups) {
    if (existsSync(directoryOf(options.cache, group))) continue;
    if (!(await build(group, deadline, options))) missing.push(group);
  }
  const built = groups.filter((group) => !missing.includes(group));
  const paths = built.flatMap((group) =>
    Object.keys(group.packages).map((name): [string, string] => [
      name,
      join(directoryOf(options.cache, group), name),
    ]),
  );
  return { paths: new Map(paths), missing };
}

/** Builds a group.
 *  @returns false where the time did not suffice
 *  @throws Error with the output of the Go toolchain */
async function build(group: BinaryGroup, deadline: number, options: BuildOptions): Promise<boolean> {
  const left = deadline - Date.now();
  if (left <= 0) return false;
  const { cache, report } = options;
  const names = Object.keys(group.packages).join(', ');
  report(`building ${names} ${group.version}: about ${group.coldMinutes} minutes with empty caches`);
  const directory = directoryOf(cache, group);
  const scratch = `${directory}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    const cwd = await prepareModule(cache, options.versions);
    const began = Date.now();
    for (const args of commandsOf(group, scratch)) {
      await run('nice', ['-n', '10', 'go', ...args], {
        cwd,
        env: goEnvironment(cache),
        timeout: Math.max(1, deadline - Date.now()),
        maxBuffer: 16 * 1024 * 1024,
      });
    }
    renameSync(scratch, directory);
    report(`built ${names} in ${Math.round((Date.now() - began) / 1000)} s`);
    return true;
  } catch (error) {
    if ((error as { readonly killed?: boolean }).killed !== true) throw error;
    report(`${names}: not built within the time limit of ${options.minutes} minutes`);
    return false;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Arguments of the Go toolchain for a group. */
function commandsOf(group: BinaryGroup, directory: string): readonly (readonly string[])[] {
  const flags = ['-ldflags', ['-s -w', ...group.linkerFlags].join(' ')];
  const packages = Object.entries(group.packages);
  // Vet takes minutes for code that is not ours.
  if (group.isTest)
    return packages.map(([name, path]) => [
      'test',
      '-vet=off',
      '-c',
      ...flags,
      '-o',
      join(directory, name),
      path,
    ]);
  return [['build', ...flags, '-o', `${directory}/`, ...packages.map(([, path]) => path)]];
}
