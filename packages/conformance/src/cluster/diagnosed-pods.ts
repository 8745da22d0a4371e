import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { startEmulatedCloud, type EmulatedCloud } from '../testing/emulated-cloud.js';
import { executable } from '../testing/lustre-csi.js';
import { startContainer } from './pod-process.js';

export const FSX = 'fsx.csi.aws.com';
/** Token of the service account of the pods. */
export const TOKEN = 'token of the service account';

/** Pods in which commands of diagnosis run, as `kubectl exec` starts them: an API server over TLS, emulated clouds. */
export class DiagnosedPods {
  static async start(): Promise<DiagnosedPods> {
    return new DiagnosedPods(await startKubeApiServer(TOKEN), await startEmulatedCloud());
  }

  readonly directory = mkdtempSync(join(tmpdir(), 'lustre-csi-diagnosis-'));

  private constructor(
    readonly api: KubeApiServer,
    readonly cloud: EmulatedCloud,
  ) {}

  /** Runs a command in a pod whose kernel has these types of file systems.
   *  @returns its exit status and output */
  async run(args: readonly string[], types = ['tmpfs', 'lustre']): Promise<readonly [number, string]> {
    return this.runScript([executable, ...args], types);
  }

  /** Runs a script for Node.js with its arguments, likewise. */
  async runScript(argv: readonly string[], types = ['tmpfs', 'lustre']): Promise<readonly [number, string]> {
    const environment = {
      ...process.env,
      ...this.cloud.environment,
      LUSTRE_CSI_DRIVER_NAME: FSX,
      LUSTRE_CSI_CLUSTER_ID: 'c',
      HOSTNAME: 'controller-1',
    };
    const pod = startContainer(this.api, TOKEN, () => ({ argv, environment }));
    pod.setFileSystemTypes(types);
    await pod.ended;
    const log = pod.log();
    return [await pod.stop(), log];
  }

  /** Writes a StorageClass with these parameters. @returns the path of the file */
  classFile(parameters: object): string {
    const file = join(this.directory, 'class.json');
    const object = { kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: FSX, parameters };
    writeFileSync(file, JSON.stringify(object));
    return file;
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.cloud.stop();
    rmSync(this.directory, { recursive: true });
  }
}

interface Report {
  readonly checks: readonly { readonly id: string; readonly outcome: string }[];
}

/** Outcomes in a report of `doctor`. Warnings of Node.js and of the SDKs, on standard error, come before it. */
export const outcomesIn = (log: string): ReadonlyMap<string, string> =>
  new Map(
    (JSON.parse(log.slice(log.indexOf('{\n'))) as Report).checks.map(({ id, outcome }) => [id, outcome]),
  );
