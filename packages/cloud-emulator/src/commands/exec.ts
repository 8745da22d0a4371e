import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../emulator.js';
import type { Emulator } from '../emulator.js';
import { foreignGoogleVariables } from '../google/google-environment.js';
import { checkMountSimulation, type MountSimulation } from '../mount/check-mount-simulation.js';
import {
  inNamespace,
  mountTableOption,
  prepareNamespace,
  setupFailedStatus,
} from '../mount/mount-namespace.js';
import { pagesOf, type CommandOptions } from './command-options.js';
import { forwardSignals, type ForwardedSignals } from './forward-signals.js';
import { withTemporaryDirectory } from './temporary-directory.js';

/**
 * Starts the clouds, runs the command in a mount namespace where `mount -t lustre` works against their file systems,
 * and returns the command's exit status: 128+n where signal n ended it.
 */
export async function exec(options: CommandOptions, command: readonly string[]): Promise<number> {
  const signals = forwardSignals();
  try {
    const simulation = checkMountSimulation();
    if (!simulation.available) return refuse(simulation.reason);
    return await withTemporaryDirectory((directory) =>
      execIn(directory, simulation, { options, command, signals }),
    );
  } finally {
    signals.stop();
  }
}

function refuse(reason: string): number {
  process.stderr.write(
    `lustre-cloud-emulator: Lustre mounts cannot be simulated here: ${reason}\n` +
      'lustre-cloud-emulator: the emulated clouds alone run anywhere: lustre-cloud-emulator serve\n',
  );
  return setupFailedStatus;
}

interface Execution {
  readonly options: CommandOptions;
  readonly command: readonly string[];
  readonly signals: ForwardedSignals;
}

async function execIn(
  directory: string,
  { helpers, way }: MountSimulation & { available: true },
  { options, command, signals }: Execution,
): Promise<number> {
  const registry = options.lustreRegistry ?? join(directory, 'registry');
  const namespace = prepareNamespace(directory, helpers, registry, options.client);
  const { durations, awsPort, azurePort } = options;
  const emulator = await startEmulator({
    ...{ durations, awsPort, azurePort, lustreRegistryDir: registry },
    ...pagesOf(options),
  });
  try {
    const environment = commandEnvironment(emulator, options.directory ?? directory, directory, registry);
    const nodeOptions = [process.env['NODE_OPTIONS'], mountTableOption(namespace)].filter(Boolean).join(' ');
    const inside = { ...environment, NODE_OPTIONS: nodeOptions };
    return await run(inNamespace(namespace, way, command), inside, signals);
  } finally {
    await emulator.stop();
  }
}

/** Settings of a developer's own clouds that would win over the emulator's, or that the SDKs refuse beside them. */
const foreign = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_CA_BUNDLE',
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_FEDERATED_TOKEN_FILE',
  ...foreignGoogleVariables,
];

function commandEnvironment(
  emulator: Emulator,
  settings: string,
  work: string,
  registry: string,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.includes(name));
  const state = join(work, 'state');
  mkdirSync(state);
  mkdirSync(settings, { recursive: true });
  return {
    ...Object.fromEntries(inherited),
    ...emulator.environment(settings),
    LUSTRE_EMULATOR_URL: emulator.controlUrl,
    LUSTRE_EMULATOR_LUSTRE_REGISTRY: registry,
    LUSTRE_CSI_STATE_DIR: state,
  };
}

function run(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: ForwardedSignals,
): Promise<number> {
  const child = spawn(file, args, { env, stdio: 'inherit' });
  signals.to(child);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (status, signal) => done(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}
