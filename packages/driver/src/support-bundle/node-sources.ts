import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { networkInterfaces, release } from 'node:os';
import { readClientVersions } from '@lustre-csi/core/server';
import { recordsIn } from '../doctor/node/known-sources.js';
import type { NodeContext } from '../doctor/node/node-context.js';
import type { Source } from './sources.js';

const DAY_MS = 86_400_000;
const COMMAND_MS = 5_000;

/** State of this node: mounts, records, client, LNet, stuck processes, kernel log. */
export function nodeSources(node: NodeContext): readonly Source[] {
  const { root, runner, stateDir } = node;
  const file = (name: string, path: string): Source => ({
    name: `node/${name}`,
    collect: () => readFile(join(root, path), 'utf8'),
  });
  const command = (name: string, program: string, ...args: readonly string[]): Source => ({
    name: `node/${name}`,
    collect: async (signal) => {
      const { stdout, stderr } = await runner.run(program, args, {
        signal,
        deadlineMs: COMMAND_MS,
        graceMs: 0,
      });
      return stdout + stderr;
    },
  });
  return [
    file('mountinfo.txt', 'proc/self/mountinfo'),
    file('filesystems.txt', 'proc/filesystems'),
    file('kernel.txt', 'proc/version'),
    {
      name: 'node/client.json',
      collect: async () => ({ kernel: release(), ...(await readClientVersions(root, runner)) }),
    },
    { name: 'node/interfaces.json', collect: async () => networkInterfaces() },
    command('nids.txt', 'lctl', 'list_nids'),
    command('imports.txt', 'lctl', 'get_param', 'osc.*.import', 'mdc.*.import'),
    {
      name: 'node/processes-in-state-d.json',
      collect: async () => (await node.processes()).filter(({ state }) => state === 'D'),
    },
    { name: 'node/kernel-log.txt', collect: async () => (await node.kernelLines(DAY_MS)) ?? '' },
    ...['publications', 'client-mounts'].map((kind): Source => ({
      name: `node/records/${kind}.json`,
      collect: async () => (await recordsIn(join(stateDir, kind))).map(parsed),
    })),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
