import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programOf } from '../cluster/plan.js';
import type { SuiteCluster } from '../release/suite-cluster.js';
import { definitionFiles, skippedEverywhere, type TestDriver } from './test-drivers.js';

/** Result of the upstream suite for a driver. */
export interface SuiteResult {
  readonly passed: number;
  /** Specs that the suite left out: capabilities that the driver does not have, and the skip list. */
  readonly skipped: number;
  readonly failures: readonly string[];
}

const MINUTES = 25;
const PROCESSES = 3;

/** Runs the external storage suite of Kubernetes for a driver. Its log is `storage-suite-RELEASE` among those of the node.
 *  @throws Error where the suite ended without a report */
export async function runSuite({ node, plan }: SuiteCluster, driver: TestDriver): Promise<SuiteResult> {
  const { release } = driver.subject;
  const directory = join(node.path, `storage-${release}`);
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(definitionFiles(driver, directory)))
    writeFileSync(join(directory, name), JSON.stringify(content));
  const skips = [...skippedEverywhere, ...driver.skips].map(({ name }) => name).join('|');
  const args = [
    `--procs=${PROCESSES}`,
    '--no-color',
    `--timeout=${MINUTES}m`,
    // The description of the suite begins with the same words.
    '--focus=External.Storage..Driver',
    `--skip=${skips}`,
    '--json-report=report.json',
    `--output-dir=${directory}`,
    programOf(plan, 'storage-suite.test'),
    '--',
    `-kubeconfig=${node.kubeconfig('admin')}`,
    '-provider=skeleton',
    `-storage.testdriver=${join(directory, `${release}-driver.json`)}`,
    '-num-nodes=1',
  ];
  await run(programOf(plan, 'ginkgo'), args, openSync(node.log(`storage-suite-${release}`), 'a'));
  return readReport(join(directory, 'report.json'));
}

function run(file: string, args: readonly string[], log: number): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', log, log], env: { ...process.env, NODE_OPTIONS: '' } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // The report says what failed.
    child.once('exit', () => resolve());
  });
}

interface SpecReport {
  readonly LeafNodeType: string;
  readonly State: string;
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeText: string;
  readonly Failure?: { readonly Message?: string };
}

function readReport(path: string): SuiteResult {
  const [suite] = JSON.parse(readFileSync(path, 'utf8')) as readonly {
    readonly SpecReports: readonly SpecReport[];
  }[];
  const specs = (suite?.SpecReports ?? []).filter(({ LeafNodeType }) => LeafNodeType === 'It');
  const inState = (...states: readonly string[]) => specs.filter(({ State }) => states.includes(State));
  const failed = specs.filter(({ State }) => !['passed', 'skipped', 'pending'].includes(State));
  return {
    passed: inState('passed').length,
    skipped: inState('skipped', 'pending').length,
    failures: failed.map((spec) => `${nameOf(spec)}: ${spec.Failure?.Message ?? spec.State}`),
  };
}

const nameOf = ({ ContainerHierarchyTexts, LeafNodeText }: SpecReport): string =>
  [...(ContainerHierarchyTexts ?? []), LeafNodeText].join(' ');
