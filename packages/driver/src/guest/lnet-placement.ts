import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { CommandRunner } from '@lustre-csi/core/diagnosis';

/** Files in which the kernel lists the addresses of LNet, where lctl(8) is not installed. */
const NIDS_FILES = ['/sys/kernel/debug/lnet/nis', '/proc/sys/lnet/nis'];
const TOOL_MS = 5_000;

/** Sources of the addresses that are compared. */
export interface LnetPlacementParts {
  /** Addresses of LNet (`10.0.0.4@tcp`) in the kernel of the guest; undefined: unknown. */
  readonly nids: () => Promise<readonly string[] | undefined>;
  /** Addresses of the interfaces that this container has: those of the pod. */
  readonly addresses: () => readonly string[];
}

/**
 * Reason why LNet of this guest must not be used; undefined: none is known. LNet keeps the network of the process that started it.
 * Started in a container, it has the network of the pod alone: the traffic then takes the tunnel through the worker, which
 * rewrites its source ports, so that servers refuse it or are slow.
 */
export async function lnetRefusal({ nids, addresses }: LnetPlacementParts): Promise<string | undefined> {
  const known = ((await nids()) ?? []).filter((nid) => !nid.endsWith('@lo'));
  const pod = new Set(addresses());
  if (known.length === 0 || !known.every((nid) => pod.has(nid.split('@', 1)[0] ?? ''))) return undefined;
  return (
    `LNet of this guest has the address of the pod alone (${known.join(', ')}): it was started in the network of the pod, whose ` +
    'traffic passes the tunnel through the worker. Load the modules at the boot of the image (a unit that runs "modprobe lustre"), ' +
    'not in a container, and start the pod again; or accept the network of the pod with --allow-pod-network'
  );
}

/** Sources of this guest. */
export const guestSources: LnetPlacementParts = {
  nids: async () => (await nidsOfTool()) ?? (await nidsOfKernel()),
  addresses: () =>
    Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
};

async function nidsOfTool(): Promise<readonly string[] | undefined> {
  const options = { signal: AbortSignal.timeout(TOOL_MS), deadlineMs: TOOL_MS, graceMs: 0 };
  const result = await new CommandRunner().run('lctl', ['list_nids'], options).catch(() => undefined);
  return result?.exitCode === 0 ? parseNids(result.stdout) : undefined;
}

async function nidsOfKernel(): Promise<readonly string[] | undefined> {
  for (const file of NIDS_FILES) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return parseNids(text);
  }
  return undefined;
}

/** Parses one NID at the beginning of each line; other lines are headings. */
export const parseNids = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^\s*(?<nid>\S+@\S+)/.exec(line)?.groups?.['nid'] ?? []);
