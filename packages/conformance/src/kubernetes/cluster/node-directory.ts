import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directories and files of a cluster's only node, all below one directory. */
export class NodeDirectory {
  constructor(readonly path: string) {}

  readonly kubelet = (): string => join(this.path, 'kubelet');
  readonly containerd = (): string => join(this.path, 'containerd');
  readonly podLogs = (): string => join(this.path, 'pod-logs');
  readonly resolvConf = (): string => join(this.path, 'resolv.conf');
  /** Programs of the simulated Lustre client, for pods. */
  readonly client = (name = ''): string => join(this.path, 'client', name);
  readonly network = (name = ''): string => join(this.path, 'cni', name);
  readonly config = (name: string): string => join(this.path, 'config', name);
  readonly log = (name: string): string => join(this.path, 'log', `${name}.log`);
  readonly key = (name: string): string => join(this.path, 'pki', name);
  readonly kubeconfig = (user: string): string => join(this.path, 'pki', `${user}.conf`);
  /** File with the process id of a component. */
  readonly pid = (name: string): string => join(this.path, 'pids', name);
  /** File whose existence keeps a component from being restarted. */
  readonly hold = (name: string): string => join(this.path, 'pids', `${name}.hold`);
  /** File whose appearance ends the cluster. */
  readonly stop = (): string => join(this.path, 'pids', 'stop');
  /** Parts of the cluster, from the process outside of its namespaces. */
  readonly plan = (): string => join(this.path, 'plan.json');

  create(): void {
    const names = [
      'kubelet',
      'containerd',
      'pod-logs',
      'client',
      'cni',
      'cni-data',
      'config',
      'log',
      'pki',
      'pids',
    ];
    for (const name of names) mkdirSync(join(this.path, name), { recursive: true });
    // No name server: names that pods resolve are in /etc/hosts.
    writeFileSync(this.resolvConf(), 'nameserver 127.0.0.1\n');
  }
}
