import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LustreRegistryDirectory } from '../world/lustre-registry.js';
import { inNamespace, prepareNamespace } from './mount-namespace.js';
import type { NamespaceWay } from './mount-namespace.js';

export type MountSimulation =
  | { readonly available: true; readonly way: NamespaceWay; readonly helpers: string }
  | { readonly available: false; readonly reason: string };

/** Directory in which mount(8) looks for helpers, unless the distribution chose another one. */
const helpersDirectory = '/sbin';

/** Ways to try, the plainest first. */
const ways: readonly NamespaceWay[] = (['root', 'user'] as const).flatMap((privileges) =>
  (['overlay', 'links'] as const).map((layer) => ({ privileges, layer })),
);

/** Mounts a simulated file system to find out if `mount -t lustre` can work here; if not, reports the reason. */
export function checkMountSimulation(): MountSimulation {
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: `mounts are simulated on Linux only, and this is ${process.platform}`,
    };
  }
  if (!existsSync(helpersDirectory)) {
    return {
      available: false,
      reason: `mount(8) of this system does not look for helpers in ${helpersDirectory}`,
    };
  }
  const helpers = realpathSync(helpersDirectory);
  const failures: string[] = [];
  for (const way of ways.filter(({ privileges }) => privileges === 'user' || process.getuid?.() === 0)) {
    const failure = tryWay(way, helpers);
    if (failure === undefined) return { available: true, way, helpers };
    failures.push(`as ${way.privileges} with ${way.layer}: ${failure}`);
  }
  return { available: false, reason: [...failures, ...hints()].join('; ') };
}

/** Mounts a file system in a namespace made this way; the reason if that fails. */
export function tryWay(way: NamespaceWay, helpers: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-emulator-check-'));
  try {
    const target = join(directory, 'target');
    mkdirSync(target);
    const registry = join(directory, 'registry');
    new LustreRegistryDirectory(registry).publish(probe);
    const namespace = prepareNamespace(directory, helpers, registry);
    // An option that the compiled helper leaves to the program in Node.js: both have to run.
    const probing = ['mount', '-t', 'lustre', '-o', 'localflock', probeSource, target];
    const [command = '', ...args] = inNamespace(namespace, way, probing);
    const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (!error && status === 0) return undefined;
    return (
      error?.message ??
      (stderr.trim().replaceAll('\n', ' ') || `${command} ended with ${status ?? 'a signal'}`)
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An address of the block for documentation (RFC 5737): nothing answers there. */
const probe = {
  id: 'probe',
  mgsAddresses: ['192.0.2.1'],
  dnsNames: [],
  fsname: 'probe',
  capacityBytes: 1n << 40n,
  version: '2.15.5',
};
const probeSource = '192.0.2.1@tcp:/probe';

/** Settings that are known to forbid user namespaces: [file, the value that forbids, what to do]. */
const settings: readonly (readonly [file: string, value: string, advice: string])[] = [
  ['/proc/sys/user/max_user_namespaces', '0', 'set sysctl user.max_user_namespaces above 0'],
  ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'set sysctl kernel.unprivileged_userns_clone to 1'],
  [
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    '1',
    'set sysctl kernel.apparmor_restrict_unprivileged_userns to 0',
  ],
];

function hints(): readonly string[] {
  const known = settings.filter(
    ([file, value]) => existsSync(file) && readFileSync(file, 'utf8').trim() === value,
  );
  const advice = known.map(([, , text]) => text);
  return [[...advice, 'run as root (in a container: with CAP_SYS_ADMIN)'].join(', or ')];
}
