import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentFileSystem } from '../flows/subjects.js';
import { readVersions } from '../versions.js';
import { installRelease, installSnapshots } from './install.js';
import { allReleases } from './releases.js';
import { environmentVariable } from './simulation.js';
import { openCluster } from './suite-cluster.js';

interface Duration {
  readonly subject: string;
  readonly step: string;
  readonly seconds: number;
}

const report = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Publishes the file system of the directories, and installs the snapshot controller and a release of the chart for each driver.
 *  @returns the work after all specs: prints how long claims and pods took */
export async function setup(): Promise<() => void> {
  const began = Date.now();
  const { api, node, plan } = openCluster();
  const registry = environmentVariable('LUSTRE_EMULATOR_LUSTRE_REGISTRY');
  writeFileSync(join(registry, `${parentFileSystem.id}.json`), JSON.stringify(parentFileSystem));
  await installSnapshots(api, plan, readVersions());
  await Promise.all(allReleases(node).map((release) => installRelease(api, plan, release)));
  api.close();
  report(`the chart is installed for five drivers after ${Math.round((Date.now() - began) / 1000)} s`);
  return () => printDurations(node.log('durations'));
}

function printDurations(path: string): void {
  if (!existsSync(path)) return;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Duration);
  const groups = new Map<string, number[]>();
  for (const { subject, step, seconds } of all) {
    const name = `${subject}: ${step}`;
    groups.set(name, [...(groups.get(name) ?? []), seconds]);
  }
  for (const [name, group] of groups) {
    const seconds = group.sort((a, b) => a - b);
    const median = seconds[Math.floor(seconds.length / 2)] ?? 0;
    report(
      `${name}: median ${median.toFixed(1)} s, longest ${(seconds.at(-1) ?? 0).toFixed(1)} s (${seconds.length})`,
    );
  }
}
