import { dirname } from 'node:path';
import { root } from '../../deploy/chart.js';
import { CLIENT_COMMANDS, clientPrograms } from '../cluster/simulated-client.js';
import type { NodeDirectory } from '../cluster/node-directory.js';

/** Package of the emulator, whose programs the simulated client runs. */
const emulatorPackage = `${root}packages/cloud-emulator`;

/** Module that shows the kernel module of the client as loaded, and its place in pods. */
const loadedModule = `${root}packages/conformance/kubernetes/cluster/loaded-module.mjs`;
const LOADED_MODULE = '/etc/lustre-loaded-module.mjs';

/** Values of a component of the chart. */
export interface ComponentValues {
  readonly env: readonly unknown[];
  readonly volumes: readonly unknown[];
  readonly volumeMounts: readonly unknown[];
}

/** The variable, without which the suite does not run in its cluster. */
export function environmentVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing: run this through npm run test:kubernetes`);
  return value;
}

interface HostPath {
  readonly name: string;
  readonly path: string;
  readonly mountPath: string;
  readonly type: 'Directory' | 'File';
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Values that give a container the simulated Lustre client of this node, as a node with a Lustre client has a real one. */
export function simulationValues(node: NodeDirectory): ComponentValues {
  const registry = environmentVariable('LUSTRE_EMULATOR_LUSTRE_REGISTRY');
  const work = dirname(registry);
  const paths: readonly HostPath[] = [
    // Servers and clients of the simulation live here. Mounts of one container are seen by all.
    {
      name: 'simulation',
      path: work,
      mountPath: work,
      type: 'Directory',
      more: { mountPropagation: 'Bidirectional' },
    },
    {
      name: 'simulation-code',
      path: emulatorPackage,
      mountPath: emulatorPackage,
      type: 'Directory',
      more: { readOnly: true },
    },
    {
      name: 'hosts',
      path: `${registry}/hosts`,
      mountPath: '/etc/hosts',
      type: 'File',
      more: { readOnly: true },
    },
    file('simulation-module', loadedModule, LOADED_MODULE),
    file('simulation-commands', node.client(CLIENT_COMMANDS), `/etc/${CLIENT_COMMANDS}`),
    ...Object.entries(clientPrograms).map(([name, path]) =>
      file(`simulation-${name.replace('.', '-')}`, node.client(name), path),
    ),
  ];
  return {
    // Shows the mounts of the simulation as Lustre mounts, and its client as loaded.
    env: [
      { name: 'NODE_OPTIONS', value: `${environmentVariable('NODE_OPTIONS')} --import=${LOADED_MODULE}` },
    ],
    volumes: paths.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
    volumeMounts: paths.map(({ name, mountPath, more = {} }) => ({ name, mountPath, ...more })),
  };
}

const file = (name: string, path: string, mountPath: string): HostPath => ({
  name,
  path,
  mountPath,
  type: 'File',
  more: { readOnly: true },
});
