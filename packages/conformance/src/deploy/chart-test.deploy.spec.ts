// What `helm test` runs, and the chart's annotations.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { chartDirectory, Helm, type KubernetesObject } from './chart.js';
import { kubernetesSchemas, validate } from './kubernetes-schemas.js';
import { testCache } from './tools.js';
import { valueSet } from './value-sets.js';

const helm = new Helm(inject('helm'));
const isTest = ({ metadata }: KubernetesObject): boolean => metadata.annotations?.['helm.sh/hook'] === 'test';

interface TestPod {
  readonly spec: {
    readonly containers: readonly {
      readonly image: string;
      readonly command: string[];
      readonly args: string[];
    }[];
  };
}

async function testObjects(set: string): Promise<readonly KubernetesObject[]> {
  return (await helm.render({ files: [valueSet(set)], withTests: true })).filter(isTest);
}

async function checkOf(set: string): Promise<TestPod['spec']['containers'][number]> {
  const pod = (await testObjects(set)).find(({ kind }) => kind === 'Pod') as unknown as TestPod;
  return pod.spec.containers[0] ?? expect.fail('no container');
}

describe.skipIf(!inject('helm'))('the test of a release', () => {
  it.each([
    ['aws-default', ['deployments/lustre-csi-controller', 'daemonsets/lustre-csi-node']],
    ['node-only', ['daemonsets/lustre-csi-node']],
    [
      'drop-in-azure',
      [
        'deployments/csi-azurelustre-controller',
        'daemonsets/csi-azurelustre-node-jammy',
        'daemonsets/csi-azurelustre-node-noble',
      ],
    ],
  ])('of %s checks its workloads, with the image of the driver', async (set, workloads) => {
    const { image, command, args } = await checkOf(set);
    expect(args.slice(3)).toEqual(workloads);
    expect(image).toMatch(/lustre-csi/);
    expect(command).toEqual(['node', '/test/check-installation.mjs']);
  });

  it.each(['aws-default', 'openshift-azure'])(
    'of %s has objects that Kubernetes accepts',
    async (set) => {
      const objects = await testObjects(set);
      expect(objects.map(({ kind }) => kind)).toHaveLength(7);
      const schemas = await kubernetesSchemas(testCache(), '1.37.0');
      const text = objects.map((one) => JSON.stringify(one)).join('\n---\n');
      expect(await validate(inject('kubeconform'), schemas, '1.37.0', text)).toMatchObject({
        invalid: 0,
        errors: 0,
        valid: 7,
      });
    },
    300_000,
  );
});

describe('check-installation.mjs', () => {
  const driver = 'fsx.csi.aws.com';
  const workloads = '/apis/apps/v1/namespaces/storage';
  let account: string;
  let api: KubeApiServer;

  beforeAll(async () => {
    api = await startKubeApiServer('token of the account');
    account = mkdtempSync(join(tmpdir(), 'service-account-'));
    writeFileSync(join(account, 'ca.crt'), api.ca);
    writeFileSync(join(account, 'token'), 'token of the account\n');
  });
  afterAll(async () => {
    await api.stop();
    rmSync(account, { recursive: true });
  });

  const csiNodes = (...drivers: readonly (readonly string[])[]): object => ({
    items: drivers.map((names) => ({ spec: { drivers: names.map((name) => ({ name })) } })),
  });
  const daemonSet = (numberReady: number): object => ({
    kind: 'DaemonSet',
    spec: {},
    status: { numberReady, desiredNumberScheduled: 2 },
  });

  beforeEach(() => {
    api.objects.clear();
    const objects: Readonly<Record<string, object>> = {
      [`/apis/storage.k8s.io/v1/csidrivers/${driver}`]: { kind: 'CSIDriver' },
      [`${workloads}/deployments/controller`]: {
        kind: 'Deployment',
        spec: { replicas: 2 },
        status: { readyReplicas: 2 },
      },
      [`${workloads}/daemonsets/node`]: daemonSet(2),
      '/apis/storage.k8s.io/v1/csinodes': csiNodes([driver], ['other', driver], ['other'], []),
    };
    for (const [path, object] of Object.entries(objects)) api.objects.set(path, object);
  });

  const check = (): Promise<{ readonly status: number; readonly lines: readonly string[] }> =>
    new Promise((resolve) => {
      const script = `${chartDirectory}/files/check-installation.mjs`;
      const args = [script, account, 'storage', driver, 'deployments/controller', 'daemonsets/node'];
      const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) };
      const child = execFile(process.execPath, args, { env }, (_, stdout) =>
        resolve({ status: child.exitCode ?? -1, lines: stdout.trim().split('\n') }),
      );
    });

  it('succeeds where all is as installed', async () => {
    expect(await check()).toEqual({
      status: 0,
      lines: [
        `[+] CSIDriver ${driver}: exists`,
        '[+] deployments/controller: 2 of 2 pods are ready',
        '[+] daemonsets/node: 2 of 2 pods are ready',
        `[+] driver ${driver}: registered on 2 nodes`,
      ],
    });
  });

  it.each([
    [
      'a pod that is not ready',
      `${workloads}/daemonsets/node`,
      daemonSet(1),
      '[-] daemonsets/node: 1 of 2 pods are ready',
    ],
    [
      'a node without the driver',
      '/apis/storage.k8s.io/v1/csinodes',
      csiNodes([driver]),
      'registered on 1 of 2 nodes',
    ],
    ['a CSIDriver that is missing', `/apis/storage.k8s.io/v1/csidrivers/${driver}`, undefined, ': 404 '],
  ])('fails with %s, and names it', async (_, path, object, message) => {
    if (object) api.objects.set(path, object);
    else api.objects.delete(path);
    const { status, lines } = await check();
    expect(status).toBe(1);
    expect(lines.filter((line) => line.startsWith('[-]'))).toEqual([expect.stringContaining(message)]);
  });
});

describe('Chart.yaml', () => {
  interface Chart {
    readonly appVersion: string;
    readonly icon: string;
    readonly annotations: Readonly<Record<string, string>>;
  }
  const chart = parse(readFileSync(`${chartDirectory}/Chart.yaml`, 'utf8')) as Chart;
  const annotation = (name: string): unknown => parse(chart.annotations[`artifacthub.io/${name}`] ?? '');

  it('has an icon in the chart', () => {
    expect(existsSync(join(chartDirectory, chart.icon.split('/').at(-1) ?? ''))).toBe(true);
  });

  it('names for Artifact Hub the image that the chart installs, and changes of a known kind', async () => {
    const { image } = await checkOf('aws-default');
    expect(annotation('images')).toEqual([
      { name: 'lustre-csi', image, platforms: ['linux/amd64', 'linux/arm64'] },
    ]);
    const changes = annotation('changes') as readonly {
      readonly kind: string;
      readonly description: string;
    }[];
    expect(changes.length).toBeGreaterThan(0);
    const kinds = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];
    for (const { kind, description } of changes)
      expect([kinds.includes(kind), description]).toEqual([true, expect.any(String)]);
  });
});
