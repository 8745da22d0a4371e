// The scripts with a kubectl that records its calls and answers from a table.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { objectsIn, root } from './chart.js';

const scratch = mkdtempSync(join(tmpdir(), 'lustre-csi-install-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Answers of kubectl by the beginning of its arguments; the first that fits. `fails` ends with status 1. */
type Answers = readonly (readonly [
  beginning: string,
  answer: { readonly out?: string; readonly fails?: boolean },
])[];

const server = (minor: string): string =>
  JSON.stringify({ clientVersion: { minor: '20' }, serverVersion: { major: '1', minor } }, undefined, 2);
const healthy: Answers = [['version', { out: server('34+') }]];

interface Run {
  readonly status: number;
  readonly output: string;
  /** Calls of kubectl that change something: their arguments, and their standard input. */
  readonly changes: readonly { readonly args: string; readonly input: string }[];
}

let runs = 0;

/** Runs a script with answers before those of a healthy cluster. */
async function run(script: string, args: readonly string[], answers: Answers = []): Promise<Run> {
  const directory = mkdtempSync(join(scratch, `run-${(runs += 1)}-`));
  const cases = [...answers, ...healthy].map(([beginning, { out = '', fails = false }], index) => {
    writeFileSync(join(directory, `answer-${index}`), out);
    return `  ${JSON.stringify(beginning)}*) cat "${directory}/answer-${index}"; exit ${fails ? 1 : 0} ;;`;
  });
  const kubectl = join(directory, 'kubectl');
  writeFileSync(
    kubectl,
    [
      '#!/bin/bash',
      'case "$*" in',
      `*-f\\ -) n=$(ls "${directory}" | grep -c ^change-); echo "$*" >"${directory}/change-$n"; cat >"${directory}/input-$n" ;;`,
      `*delete*) n=$(ls "${directory}" | grep -c ^change-); echo "$*" >"${directory}/change-$n"; : >"${directory}/input-$n" ;;`,
      'esac',
      'case "$*" in',
      ...cases,
      'esac',
      'exit 0',
    ].join('\n'),
  );
  chmodSync(kubectl, 0o755);
  const environment = { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` };
  const { status, output } = await finished(`${root}deploy/${script}`, args, environment);
  return { status, output, changes: changesIn(directory) };
}

const finished = (
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Pick<Run, 'status' | 'output'>> =>
  new Promise((resolve) => {
    execFile(script, [...args], { env }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });

function changesIn(directory: string): Run['changes'] {
  const read = (index: number): Run['changes'] => {
    try {
      const args = readFileSync(join(directory, `change-${index}`), 'utf8').trim();
      return [{ args, input: readFileSync(join(directory, `input-${index}`), 'utf8') }, ...read(index + 1)];
    } catch {
      return [];
    }
  };
  return read(0);
}

describe('install-driver.sh', () => {
  it('applies the objects of the set and waits for its workloads', async () => {
    const { status, output, changes } = await run('install-driver.sh', ['overlays/drop-in-azure']);
    expect(output).toContain('azurelustre.csi.azure.com is installed');
    expect(status).toBe(0);
    expect(changes.map(({ args }) => args)).toEqual(['apply -f -']);
    const kinds = objectsIn(changes[0]?.input ?? '').map(({ kind }) => kind);
    expect(kinds).toContain('CSIDriver');
    expect(kinds.filter((kind) => kind === 'DaemonSet')).toHaveLength(2);
  });

  it.each(['registry.example.com/csi:1.0', 'registry.example.com/csi@sha256:abc'])(
    'takes the image %s for each container of the driver',
    async (image) => {
      const { changes } = await run('install-driver.sh', ['aws-fsx', '--image', image]);
      const lines = changes[0]?.input.match(/image: .*/g) ?? [];
      expect(lines.filter((line) => line === `image: ${image}`)).toHaveLength(2);
      expect(lines.filter((line) => line.includes('ghcr.io'))).toEqual([]);
    },
  );

  it('creates nothing in a dry run', async () => {
    const { status, changes } = await run('install-driver.sh', ['generic', '--dry-run']);
    expect(status).toBe(0);
    expect(changes.map(({ args }) => args)).toEqual(['apply --dry-run=server -f -']);
  });

  it.each<readonly [string, string, Answers, RegExp]>([
    [
      'a cluster that does not answer',
      'generic',
      [['get --raw /readyz', { fails: true }]],
      /API server does not answer/,
    ],
    ['an old cluster', 'generic', [['version', { out: server('28') }]], /Kubernetes 1\.28.*need 1\.29/],
    ['an unknown version', 'generic', [['version', { out: '{}' }]], /did not report its version/],
    [
      'missing rights',
      'generic',
      [['auth can-i create clusterroles', { fails: true }]],
      /may not create clusterroles/,
    ],
    [
      'a Helm release',
      'aws-fsx',
      [['get csidriver fsx.csi.aws.com', { out: 'storage' }]],
      /Helm release storage/,
    ],
    [
      'a running Go driver',
      'aws-fsx',
      [
        [
          'get deployments --all-namespaces --field-selector metadata.name=fsx-csi-controller',
          { out: 'kube-system ' },
        ],
      ],
      /controller fsx-csi-controller runs in kube-system/,
    ],
    [
      'the driver in another namespace',
      'overlays/drop-in-aws',
      [
        [
          'get deployments --all-namespaces --field-selector metadata.name=fsx-csi-controller',
          { out: 'kube-system storage ' },
        ],
      ],
      /fsx-csi-controller runs in storage/,
    ],
  ])('refuses %s and creates nothing', async (_, set, answers, words) => {
    const { status, output, changes } = await run('install-driver.sh', [set], answers);
    expect(output).toMatch(words);
    expect(status).toBe(1);
    expect(changes).toEqual([]);
  });

  it('replaces the Go driver with the drop-in set', async () => {
    const running: Answers = [
      [
        'get deployments --all-namespaces --field-selector metadata.name=fsx-csi-controller',
        { out: 'kube-system ' },
      ],
    ];
    expect((await run('install-driver.sh', ['overlays/drop-in-aws'], running)).status).toBe(0);
  });

  it('reports a rollout that does not end', async () => {
    const answers: Answers = [['-n kube-system rollout status daemonset', { fails: true }]];
    const { status, output } = await run('install-driver.sh', ['generic'], answers);
    expect(output).toMatch(
      /daemonset\/lustre-csi-generic-node is not ready.*describe daemonset lustre-csi-generic-node/,
    );
    expect(status).toBe(1);
  });

  it.each([
    [[], /the set is missing/],
    [['no-such-set'], /there is no set no-such-set/],
    [['generic', '--image'], /--image needs a value/],
    [['generic', '--force'], /unknown option --force/],
    [['generic', 'aws-fsx'], /one set at a time/],
  ])('refuses the arguments %j', async (args, words) => {
    const { status, output } = await run('install-driver.sh', args);
    expect(output).toMatch(words);
    expect(status).toBe(2);
  });
});

describe('uninstall-driver.sh', () => {
  const volumes: Answers = [['get persistentvolumes', { out: 'pvc-1\npvc-2\n' }]];

  it('removes the workloads, then the other objects', async () => {
    const { status, changes } = await run('uninstall-driver.sh', ['generic']);
    expect(status).toBe(0);
    expect(changes.map(({ args }) => args.replace(/ --.*/, ''))).toEqual([
      '-n kube-system delete daemonset/lustre-csi-generic-node',
      '-n kube-system delete deployment/lustre-csi-generic-controller',
      'delete',
    ]);
    expect(objectsIn(changes[2]?.input ?? '').map(({ kind }) => kind)).toContain('ClusterRole');
  });

  it('leaves the namespace, which other drivers may share', async () => {
    const { changes } = await run('uninstall-driver.sh', ['overlays/openshift/generic']);
    const kinds = objectsIn(changes.at(-1)?.input ?? '').map(({ kind }) => kind);
    expect(kinds).not.toContain('Namespace');
    expect(kinds).toContain('CSIDriver');
    expect(kinds).toContain('RoleBinding');
  });

  it('refuses while volumes exist', async () => {
    const { status, output, changes } = await run('uninstall-driver.sh', ['generic'], volumes);
    expect(output).toMatch(/pvc-1\npvc-2\n.*2 PersistentVolumes of generic\.lustre-csi exist/);
    expect(status).toBe(1);
    expect(changes).toEqual([]);
  });

  it('refuses while the volumes are not known', async () => {
    const answers: Answers = [['get persistentvolumes', { fails: true }]];
    const { status, changes } = await run('uninstall-driver.sh', ['generic'], answers);
    expect(status).toBe(1);
    expect(changes).toEqual([]);
  });

  it('removes the driver of volumes with --with-volumes', async () => {
    const { status, output, changes } = await run(
      'uninstall-driver.sh',
      ['generic', '--with-volumes'],
      volumes,
    );
    expect(output).toContain('2 PersistentVolumes of generic.lustre-csi stay without a driver');
    expect(status).toBe(0);
    expect(changes.length).toBe(3);
  });

  it('removes nothing in a dry run', async () => {
    const { status, changes } = await run('uninstall-driver.sh', ['generic', '--dry-run']);
    expect(status).toBe(0);
    expect(changes).toEqual([]);
  });
});
