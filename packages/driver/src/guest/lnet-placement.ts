import { mkdtemp, readFile, rmdir } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandRunner } from '@lustre-csi/core/diagnosis';

const TOOL_MS = 5_000;

/** Sources of the addresses that are compared. */
export interface LnetPlacementParts {
  /** Addresses of LNet (`10.0.0.4@tcp`) in the kernel of the guest; undefined: unknown. */
  readonly nids: () => Promise<readonly string[] | undefined>;
  /** Addresses of the interfaces that this container has: those of the pod. */
  readonly addresses: () => readonly string[];
  readonly warn: (message: string) => void;
}

/**
 * Reason why LNet of this guest must not be used; undefined: none is known. LNet keeps the network of the process that started it.
 * Started in a container, it has the network of the pod alone: the traffic then takes the tunnel through the worker, which
 * rewrites its source ports, so that servers refuse it or are slow.
 */
export async function lnetRefusal({
  nids,
  addresses,
  warn,
}: LnetPlacementParts): Promise<string | undefined> {
  const all = await nids();
  if (!all)
    warn('the addresses of LNet are unknown: it is not checked that it uses the network of the machine');
  const known = (all ?? []).filter((nid) => !nid.endsWith('@lo'));
  const pod = new Set(addresses());
  if (known.length === 0 || !known.every((nid) => pod.has(nid.split('@', 1)[0] ?? ''))) return undefined;
  return (
    `LNet of this guest has the address of the pod alone (${known.join(', ')}): it was started in the network of the pod, whose ` +
    'traffic passes the tunnel through the worker. Load the modules at the boot of the image (a unit that runs "modprobe lustre"), ' +
    'not in a container, and start the pod again; or accept the network of the pod with --allow-pod-network'
  );
}

/** Sources of this guest. */
export const guestSources: Omit<LnetPlacementParts, 'warn'> = {
  nids: async () => (await nidsOfTool()) ?? (await nidsOfKernel()),
  addresses: () =>
    Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
};

/** Output of a program; undefined if it fails. */
async function outputOf(program: string, ...args: readonly string[]): Promise<string | undefined> {
  const options = { signal: AbortSignal.timeout(TOOL_MS), deadlineMs: TOOL_MS, graceMs: 0 };
  const result = await new CommandRunner().run(program, args, options).catch(() => undefined);
  return result?.exitCode === 0 ? result.stdout : undefined;
}

async function nidsOfTool(): Promise<readonly string[] | undefined> {
  const text = await outputOf('lctl', 'list_nids');
  return text === undefined ? undefined : parseNids(text);
}

/** Reads the kernel's own list, since containers of peer pods have no /dev/lnet for lctl(8). They have no debugfs either, but may mount
 *  it. */
async function nidsOfKernel(): Promise<readonly string[] | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'lustre-csi-debugfs-'));
  const isMounted = (await outputOf('mount', '-t', 'debugfs', 'none', directory)) !== undefined;
  try {
    return parseNids(await readFile(join(directory, 'lnet', 'nis'), 'utf8'));
  } catch {
    return undefined;
  } finally {
    if (isMounted) await outputOf('umount', directory);
    await rmdir(directory).catch(() => {});
  }
}

/** Parses one NID at the beginning of each line; other lines are headings. */
export const parseNids = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^\s*(?<nid>\S+@\S+)/.exec(line)?.groups?.['nid'] ?? []);
