// npm run test:kubernetes [-- COMMAND...]: a Kubernetes of its own in namespaces of its own, with the emulated clouds; runs the flows
// of the suite, or COMMAND, in it, and checks that nothing is left.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../deploy/chart.js';
import { helmTool, testCache } from '../deploy/tools.js';
import { hasGo, obtainGoTool } from '../testing/go-tool.js';
import { standIns } from './build/binaries.js';
import { moduleDirectory, SNAPSHOT_CLIENT } from './build/go-module.js';
import { obtainBinaries } from './build/obtain-binaries.js';
import { leftovers, runInCluster } from './cluster/run-cluster.js';
import type { ClusterPlan } from './cluster/plan.js';
import { makeImages } from './images/suite-images.js';
import { missingCapabilities } from './machine.js';
import { readVersions } from './versions.js';

const DEFAULT_BUILD_MINUTES = 45;
/** Time for the kernel to end the last processes of the namespaces. */
const END_MS = 10_000;

const report = (line: string): boolean => process.stderr.write(`test:kubernetes: ${line}\n`);

async function main(command: readonly string[]): Promise<number> {
  const lacks = [...missingCapabilities(), ...((await hasGo()) ? [] : ['no Go toolchain'])];
  if (lacks.length > 0) {
    report(`skipped: ${lacks.join('; ')}`);
    return process.env['CI'] === 'true' ? 1 : 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-kubernetes-'));
  try {
    const plan = await makePlan(directory);
    // Not a failure: a cold build takes longer than a run of CI may last, and goes forward with each run.
    if (plan === undefined) return 0;
    const status = await runInCluster(join(directory, 'node'), plan, command.length > 0 ? command : suite);
    return (await checkLeftovers(directory)) ? status : 1;
  } finally {
    if (process.env['LUSTRE_CSI_KEEP_CLUSTER'] === undefined)
      rmSync(directory, { recursive: true, force: true });
    else report(`logs: ${directory}/node/log`);
  }
}

const suite = [
  ...['env', '-C', `${root}packages/conformance`, `${root}node_modules/.bin/vitest`],
  ...['run', '--config', `${root}.ci/vitest.kubernetes.config.ts`],
];

async function makePlan(directory: string): Promise<ClusterPlan | undefined> {
  const versions = readVersions();
  const cache = testCache();
  mkdirSync(cache, { recursive: true });
  const minutes = Number(process.env['LUSTRE_CSI_BUILD_MINUTES'] ?? DEFAULT_BUILD_MINUTES);
  const { paths, missing } = await obtainBinaries({ cache, versions, minutes, report });
  for (const { name, neededBy } of missing)
    report(`${name} was not built: without ${neededBy ?? 'the suite'}`);
  if (missing.some(({ neededBy }) => neededBy === undefined)) {
    report('skipped: the next run continues the build');
    return undefined;
  }
  report(`stand-ins for images that cannot be built from modules: ${standIns.join(', ')}`);
  for (const name of ['provisioner', 'resizer'] as const)
    report(`csi-${name} ${versions[name]} runs as ${versions.sidecars[name].version}`);
  const client = await moduleDirectory(cache, SNAPSHOT_CLIENT, versions.snapshotClient);
  const snapshotter = await moduleDirectory(
    cache,
    'github.com/kubernetes-csi/external-snapshotter/v8',
    versions.sidecars.snapshotter.version,
  );
  const images = { directory: join(directory, 'images'), programs: paths, versions };
  return {
    images: await makeImages(images),
    programs: Object.fromEntries(paths),
    pauseImage: versions.images.pause,
    snapshotDefinitions: join(client, 'config/crd'),
    snapshotController: join(snapshotter, 'deploy/kubernetes/snapshot-controller'),
    helm: await obtainGoTool(cache, helmTool),
  };
}

/** Reports what the cluster left behind. The kernel takes a moment to end the processes of a pid namespace. */
async function checkLeftovers(directory: string): Promise<boolean> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const found = leftovers(directory);
    if (found.length === 0) return true;
    if (Date.now() > deadline) {
      for (const line of found) report(`left behind: ${line}`);
      return false;
    }
    await delay(200);
  }
}

process.exit(await main(process.argv.slice(2)));
