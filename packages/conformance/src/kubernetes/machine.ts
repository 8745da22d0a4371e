import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram } from '../deploy/tools.js';

/** Programs of the machine, and their Debian packages. */
const programs: Readonly<Record<string, string>> = {
  etcd: 'etcd-server',
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  busybox: 'busybox-static',
  umoci: 'umoci',
  cc: 'gcc libc6-dev',
  mmdebstrap: 'mmdebstrap',
  openssl: 'openssl',
  ip: 'iproute2',
  unshare: 'util-linux',
};

/** Directory of the CNI plugins of Debian. */
export const cniPlugins = '/usr/lib/cni';

const cgroups = '/sys/fs/cgroup';

/** Cgroup hierarchies of the machine: each controller's of version 1, or the one of version 2. */
export function cgroupHierarchies(): readonly string[] {
  if (existsSync(join(cgroups, 'cgroup.controllers'))) return [cgroups];
  return readdirSync(cgroups, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(cgroups, name));
}

/** Cgroup that kubelet makes. */
export const kubeletCgroup = 'kubepods';

/** Capabilities that this machine lacks for a cluster of its own, each with what to do. */
export function missingCapabilities(): readonly string[] {
  if (process.platform !== 'linux') return [`this is ${process.platform}: the cluster needs Linux`];
  if (process.getuid?.() !== 0) return ['not root: namespaces, cgroups and mounts of the cluster need root'];
  const missing = Object.entries(programs).filter(([name]) => !hasProgram(name));
  const packages = [...new Set(missing.map(([, name]) => name))];
  const found = packages.length > 0 ? [`missing programs: apt install ${packages.join(' ')}`] : [];
  if (!existsSync(join(cniPlugins, 'bridge')))
    found.push('missing CNI plugins: apt install containernetworking-plugins');
  return [...found, ...kernelLacks(), ...cgroupLacks()];
}

function kernelLacks(): readonly string[] {
  const found: string[] = [];
  if (!readFileSync('/proc/filesystems', 'utf8').includes('overlay'))
    found.push('the kernel has no overlayfs, which the container images need');
  const probe = 'ip link add bridge0 type bridge && ip link add port0 type veth peer name port1';
  const tries: readonly (readonly [string, readonly string[]])[] = [
    ['network namespaces with a bridge and veth devices', ['--net', 'sh', '-c', probe]],
    ['pid and mount namespaces', ['--pid', '--fork', '--mount', 'mount', '-t', 'proc', 'proc', '/proc']],
    ['UTS namespaces', ['--uts', 'hostname', 'probe']],
  ];
  for (const [name, args] of tries) {
    try {
      execFileSync('unshare', args, { stdio: 'ignore' });
    } catch {
      found.push(`no ${name}: in a container, it needs CAP_SYS_ADMIN and CAP_NET_ADMIN`);
    }
  }
  return found;
}

function cgroupLacks(): readonly string[] {
  const hierarchies = cgroupHierarchies();
  if (hierarchies.length === 0) return [`no cgroups below ${cgroups}`];
  const taken = hierarchies.filter((path) => existsSync(join(path, kubeletCgroup)));
  return taken.length > 0
    ? [
        `${join(taken[0] ?? '', kubeletCgroup)} exists: this machine is a Kubernetes node, or an earlier cluster still runs`,
      ]
    : [];
}
