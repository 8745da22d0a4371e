import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { NODE_ADDRESS } from './addresses.js';
import type { NodeDirectory } from './node-directory.js';
import { programOf, type ClusterPlan } from './plan.js';

/** Programs of a Lustre client, and where the driver's image has such programs. */
export const clientPrograms: Readonly<Record<string, string>> = {
  'mount.lustre': '/sbin/mount.lustre',
  lfs: '/bin/lfs',
  lctl: '/bin/lctl',
};

/** File that names the command line of each program. */
export const CLIENT_COMMANDS = 'lustre-simulation.json';

/** Node.js of the driver's image. */
const NODE_OF_IMAGE = '/usr/bin/node';

/** Makes the simulated client of this mount namespace usable in pods of the driver's image. */
export function writeSimulatedClient(node: NodeDirectory, plan: ClusterPlan): void {
  const commands = Object.keys(clientPrograms).map((name) => [name, commandOf(`/sbin/${name}`)]);
  writeFileSync(node.client(CLIENT_COMMANDS), JSON.stringify(Object.fromEntries(commands)));
  for (const name of Object.keys(clientPrograms))
    copyFileSync(programOf(plan, 'simulated-client'), node.client(name));
}

/** Command line in a script of the emulator: Node.js, the program and its settings, each quoted. The NID is that of the node. */
function commandOf(script: string): readonly string[] {
  const quoted = /'[^']*' '([^']*\.child\.js)' '(\{[^']*\})' "\$@"/.exec(readFileSync(script, 'utf8'));
  const [, program = '', settings = ''] = quoted ?? [];
  if (program === '') throw new Error(`${script} is not a script of the cloud emulator`);
  const ofNode = { ...(JSON.parse(settings) as object), nid: `${NODE_ADDRESS}@tcp` };
  return [NODE_OF_IMAGE, program, JSON.stringify(ofNode)];
}
