// The kubectl plugin with a kubectl that knows two nodes and a controller, and shows what it would run.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './chart.js';

const directory = mkdtempSync(join(tmpdir(), 'kubectl-lustre-'));
afterAll(() => rmSync(directory, { recursive: true }));

const kubectl = join(directory, 'kubectl');
writeFileSync(
  kubectl,
  `#!/bin/sh
case "$*" in
  *component=controller*) echo "storage controller-1" ;;
  *component=node*spec.nodeName=node-2*) echo "storage node-b" ;;
  *component=node*spec.nodeName=*) ;;
  *component=node*) printf 'storage node-a\\nstorage node-b\\n' ;;
  "config view"*) printf team ;;
  exec*)
    echo "$*"
    case "$*" in *--stdin*) cat ;; esac
    case "$*" in *node-a*) exit 3 ;; esac ;;
esac
`,
);
chmodSync(kubectl, 0o755);
const classFile = join(directory, 'class.yaml');
writeFileSync(classFile, 'kind: StorageClass\n');

/** Runs the plugin. */
const run = (...args: readonly string[]): Promise<{ status: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(
      `${root}deploy/kubectl-lustre`,
      args,
      { env: { PATH: process.env['PATH'], KUBECTL: kubectl } },
      (error, out, err) => resolve({ status: error ? Number(error.code) : 0, out, err }),
    );
  });

const inController = 'exec --namespace storage controller-1 --container lustre-csi -- lustre-csi';
const inNode = 'exec --namespace storage node-b --container lustre-csi -- lustre-csi';

describe('kubectl lustre', () => {
  it.each<[readonly string[], string]>([
    [['doctor', '--output', 'json'], `${inController} doctor --output json`],
    [['doctor', '--node', 'node-2', '--only', 'LCSI-N'], `${inNode} doctor --only LCSI-N`],
    [['doctor', '--node=node-2'], `${inNode} doctor`],
    [['claim', 'default/data'], `${inController} doctor claim default/data`],
    [['pod', 'train'], `${inController} doctor pod team/train`],
    [['orphans'], `${inController} orphans`],
    [['preflight'], `${inController} preflight`],
    [['support-bundle', '--node', 'node-2'], `${inNode} support-bundle`],
    [['version'], `${inController} --version`],
  ])('%j runs %s', async (args, command) => {
    expect(await run(...args)).toEqual({ status: 0, out: `${command}\n`, err: '' });
  });

  it('runs in all nodes, and ends with the most serious status', async () => {
    const { status, out, err } = await run('doctor', '--all-nodes');
    expect(out.match(/exec --namespace storage node-[ab] /g)).toHaveLength(2);
    expect(err).toBe('storage/node-a:\nstorage/node-b:\n');
    expect(status).toBe(3);
  });

  it('gives files to the pod', async () => {
    const { out } = await run('preflight', classFile, classFile);
    expect(out).toBe(
      `${inController.replace('exec', 'exec --stdin')} preflight -\n${'kind: StorageClass\n\n---\n'.repeat(2)}`,
    );
  });

  it.each<[readonly string[], number, RegExp]>([
    [['doctor', '--node', 'node-9'], 1, /no running pod.*on node node-9/],
    [['claim'], 2, /write kubectl lustre claim/],
    [['preflight', '/none.yaml'], 2, /\/none\.yaml cannot be read/],
    [['repair'], 2, /there is no command repair/],
  ])('%j fails with %i', async (args, status, words) => {
    const result = await run(...args);
    expect(result.err).toMatch(words);
    expect(result.status).toBe(status);
  });

  it('has a manifest for krew that names the script', () => {
    const manifest = parse(readFileSync(`${root}deploy/krew/lustre.yaml`, 'utf8')) as {
      readonly metadata: { readonly name: string };
      readonly spec: { readonly platforms: readonly { readonly bin: string }[] };
    };
    expect(manifest.metadata.name).toBe('lustre');
    expect(manifest.spec.platforms.map(({ bin }) => bin)).toEqual(['kubectl-lustre']);
  });
});
