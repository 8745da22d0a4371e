import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeApiServer } from '@lustre-csi/driver/testing';
import { executable } from '../testing/lustre-csi.js';

/** Script that runs in its own mount namespace: it mounts the service account of a pod, as kubelet does, and the test's list
 *  of file system types. Then the driver replaces the shell. */
const enter = `
set -e
mount -t tmpfs pod "$(realpath /var/run)"
mkdir -p /var/run/secrets/kubernetes.io/serviceaccount
cp "$1/token" "$1/ca.crt" "$1/namespace" /var/run/secrets/kubernetes.io/serviceaccount
mount --bind "$1/filesystems" /proc/filesystems
shift
exec "$@"
`;

/** The executable as a container of a pod. */
export interface PodProcess {
  /** Endpoint for clients. */
  readonly endpoint: string;
  /** Process id, for what kubelet runs in the same container. */
  readonly pid: number;
  /** Output so far. */
  log(): string;
  /** Sets the file system types that the kernel knows: `['ext4', 'lustre']`. */
  setFileSystemTypes(types: readonly string[]): void;
  /** Exit status; 128+15 if SIGTERM ended the process. */
  readonly ended: Promise<number>;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<number>;
}

/** Starts the executable in a pod. Needs the right to mount, which `lustre-cloud-emulator exec` provides.
 *  @param token token of the service account */
export function startPodProcess(
  api: KubeApiServer,
  token: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  /** Command that runs instead of serving. */
  command?: string,
): PodProcess {
  return startContainer(api, token, (directory) => ({
    argv: [
      executable,
      ...(command ? [command] : []),
      ...['--endpoint', `unix://${directory}/csi.sock`],
      ...[...args, '--state-dir', join(directory, 'state')],
    ],
    environment,
  }));
}

/** Process of a container: a script for Node.js with its arguments, and its whole environment. */
export interface ContainerSpec {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts a process in a pod.
 *  @param specOf returns what to start; the argument is the directory for its socket, `csi.sock` */
export function startContainer(
  api: KubeApiServer,
  token: string,
  specOf: (directory: string) => ContainerSpec,
): PodProcess {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-pod-'));
  const setFileSystemTypes = (types: readonly string[]): void =>
    writeFileSync(join(directory, 'filesystems'), types.map((type) => `nodev\t${type}\n`).join(''));
  setFileSystemTypes(['tmpfs']);
  writeFileSync(join(directory, 'token'), token);
  writeFileSync(join(directory, 'ca.crt'), api.ca);
  writeFileSync(join(directory, 'namespace'), 'kube-system');
  const output = openSync(join(directory, 'log'), 'w');
  const { argv, environment } = specOf(directory);
  const child = spawn('unshare', ['-m', 'sh', '-c', enter, 'sh', directory, process.execPath, ...argv], {
    env: { ...environment, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 143));
  });
  return {
    endpoint: `unix://${directory}/csi.sock`,
    pid: child.pid ?? 0,
    log: () => readFileSync(join(directory, 'log'), 'utf8'),
    setFileSystemTypes,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const status = await ended;
      rmSync(directory, { recursive: true });
      return status;
    },
  };
}
