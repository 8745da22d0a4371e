import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LustreRegistryDirectory, type LustreServer } from '../../world/lustre-registry.js';
import { ServerFaults } from '../../world/server-faults.js';
import { checkMountSimulation } from '../check-mount-simulation.js';
import type { ClientBehaviour } from '../client-settings.js';
import { inNamespace, mountTableOption, prepareNamespace, type NamespaceWay } from '../mount-namespace.js';

export const simulation = checkMountSimulation();
/** Reason why tests with mounts do not run, for their names. */
export const missing = simulation.available ? '' : ` (NOT RUN: ${simulation.reason})`;
export const helpers = simulation.available ? simulation.helpers : realpathSync('/');
export const plainWay: NamespaceWay = simulation.available
  ? simulation.way
  : { privileges: 'user', layer: 'overlay' };

export const amlfs: LustreServer = {
  id: 'amlfs-1',
  mgsAddresses: ['10.1.0.4'],
  dnsNames: [],
  fsname: 'lustrefs',
  capacityBytes: 48n << 40n,
  version: '2.15.5',
};
const twin: LustreServer = { ...amlfs, id: 'amlfs-2', mgsAddresses: ['10.1.0.15'] };
export const fsx: LustreServer = {
  ...amlfs,
  ...{ id: 'fs-0a1', mgsAddresses: ['10.0.0.7'], fsname: 'foebrb4v', capacityBytes: 1200n << 30n },
  dnsNames: ['fs-0a1.fsx.us-west-2.amazonaws.com'],
};

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const directories: string[] = [];

/** Removes the directories of all nodes. */
export function removeNodes(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** A node with a registry of its own, which runs shell scripts where the file systems can be mounted at $T/... */
export class SimulatedNode {
  readonly targets: string;
  readonly registry: LustreRegistryDirectory;
  readonly faults: ServerFaults;
  readonly #command: (script: string) => readonly string[];
  readonly #environment: NodeJS.ProcessEnv;

  constructor(way: NamespaceWay, behaviour: Partial<ClientBehaviour> = {}) {
    const directory = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
    directories.push(directory);
    const registry = join(directory, 'registry');
    this.registry = new LustreRegistryDirectory(registry);
    this.faults = new ServerFaults(registry);
    for (const server of [amlfs, twin, fsx]) this.registry.publish(server);
    const namespace = prepareNamespace(directory, helpers, registry, behaviour);
    this.targets = join(directory, 'targets');
    for (const name of ['a', 'b', 'c']) mkdirSync(join(this.targets, name), { recursive: true });
    this.#command = (script) => inNamespace(namespace, way, ['sh', '-c', script]);
    this.#environment = {
      ...{ ...process.env, T: this.targets, REGISTRY: registry },
      ...{ TABLE: mountTableOption(namespace), NAMESPACE: join(directory, 'namespace') },
      PATH: `${process.env['PATH'] ?? ''}:/sbin`,
    };
  }

  async run(script: string): Promise<Outcome> {
    const [file = '', ...args] = this.#command(script);
    const child = spawn(file, args, { env: this.#environment });
    const status = new Promise<number | null>((done) => child.once('close', done));
    return { stdout: await text(child.stdout), stderr: await text(child.stderr), status: await status };
  }
}

/** Shell command that prints the clients as a program in Node.js reads them: root, type, source, options. */
export const shownClients =
  `node $TABLE -e 'require("node:fs").readFileSync("/proc/self/mountinfo", "utf8").split("\\n")` +
  `.filter((line) => line.includes(" - lustre ")).forEach((line) => ` +
  `console.log(line.split(" ")[3], line.split(" - ")[1]))'`;
