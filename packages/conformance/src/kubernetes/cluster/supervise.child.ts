// Runs the cluster inside of its namespaces: supervise.child.js DIRECTORY COMMAND... Starts the components, imports the images, runs
// COMMAND when the node is ready, and ends with its status. Process 1 of the node, which starts this program, then ends the rest.
import { execFile, spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { KubernetesApi, until } from '../api/kubernetes-api.js';
import type { ApiObject } from '../api/resources.js';
import { driverRepository, type SuiteImages } from '../images/suite-images.js';
import { NODE_NAME } from './addresses.js';
import { writeCertificates } from './certificates.js';
import { baseComponents, clusterComponents } from './components.js';
import { writeConfigurations } from './configurations.js';
import { forwardClouds } from './forward-clouds.js';
import { NodeDirectory } from './node-directory.js';
import { readPlan } from './plan.js';
import { writeSimulatedClient } from './simulated-client.js';
import { Supervisor } from './supervisor.js';

const run = promisify(execFile);

/** A loaded machine starts an API server in a minute. */
const START_SECONDS = 300;

interface NodeObject extends ApiObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function main([directory = '', ...command]: readonly string[]): Promise<number> {
  const node = new NodeDirectory(directory);
  const plan = readPlan(node);
  watch(dirname(node.stop()), () => {
    if (existsSync(node.stop())) process.exit(128 + constants.signals.SIGTERM);
  });
  writeCertificates(node);
  writeConfigurations(node, plan);
  writeSimulatedClient(node, plan);
  await forwardClouds();
  // Preloads of the emulator are for programs that mount.
  const environment = { ...process.env, NODE_OPTIONS: '' };
  const supervisor = new Supervisor(node, environment);
  for (const component of baseComponents(node, plan)) supervisor.start(component);
  const api = new KubernetesApi(node);
  const imported = importImages(plan.images);
  await until('the API server is ready', START_SECONDS, async () => (await api.text('/readyz')) === 'ok');
  await imported;
  for (const component of clusterComponents(node, plan)) supervisor.start(component);
  await until('the node is ready', START_SECONDS, async () => isReady(await api.find('Node', NODE_NAME)));
  api.close();
  return runCommand(command, {
    ...process.env,
    KUBECONFIG: node.kubeconfig('admin'),
    LUSTRE_CSI_TEST_NODE: directory,
  });
}

const isReady = (node?: NodeObject): boolean =>
  node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

async function importImages({ archives, driver }: SuiteImages): Promise<void> {
  const ctr = (...args: readonly string[]) => run('ctr', ['--namespace', 'k8s.io', ...args]);
  await until('containerd is ready', START_SECONDS, async () => {
    await ctr('version');
    return true;
  });
  for (const archive of archives) await ctr('images', 'import', archive);
  await ctr('images', 'import', '--base-name', driverRepository, driver);
}

function runCommand([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(file, args, { env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

process.exit(await main(process.argv.slice(2)));
