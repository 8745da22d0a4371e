// The init container's script with tools that record their calls: it never touches a client that a node has.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chartDirectory } from './chart.js';

const scratch = mkdtempSync(join(tmpdir(), 'lustre-csi-client-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const KERNEL = '6.8.0-1046-azure';

interface Node {
  readonly root: string;
  readonly tools: string;
}

let nodes = 0;

/** Node without a client, and tools that unpack modules for a kernel. */
function bareNode({ packed = KERNEL, failing = '' }: { packed?: string; failing?: string } = {}): Node {
  const directory = join(scratch, String((nodes += 1)));
  const [root, tools] = [join(directory, 'host'), join(directory, 'tools')];
  mkdirSync(join(root, 'lib/modules', KERNEL), { recursive: true });
  writeFileSync(join(root, 'lib/modules', KERNEL, 'modules.builtin'), '');
  mkdirSync(join(root, 'sys/module'), { recursive: true });
  mkdirSync(tools);
  const unpack = (target: string): string =>
    `mkdir -p "${target}/lib/modules/${packed}/extra"; : >"${target}/lib/modules/${packed}/extra/lustre.ko"`;
  const bodies: Readonly<Record<string, string>> = {
    uname: `echo ${KERNEL}`,
    'apt-get': 'case "$*" in *download*) : >client.deb ;; esac',
    dnf: 'case "$*" in *download*) : >client.rpm ;; esac',
    rpmkeys: '',
    dpkg: unpack('$3'),
    rpm2cpio: '',
    cpio: unpack('.'),
    depmod: '',
    modprobe: `if [ "$3" = lustre ]; then mkdir "${root}/sys/module/lustre"; echo 2.15.8 >"${root}/sys/module/lustre/version"; fi`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    const lines = ['#!/bin/sh', `echo "${name} $*" >>"${tools}/calls"`, `case "${name} $*" in`];
    if (failing) lines.push(`  ${failing.replaceAll(' ', '\\ ')}*) exit 1 ;;`);
    writeFileSync(join(tools, name), [...lines, 'esac', body, 'exit 0'].join('\n'));
    chmodSync(join(tools, name), 0o755);
  }
  return { root, tools };
}

interface Outcome {
  readonly status: number;
  readonly output: string;
  /** Calls of tools, without that of uname. */
  readonly calls: readonly string[];
}

function load({ root, tools }: Node, environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const env = {
    PATH: `${tools}:${process.env['PATH'] ?? ''}`,
    CLIENT_FORMAT: 'apt',
    CLIENT_REPOSITORY: 'deb https://packages.example.com/amlfs-noble noble main',
    CLIENT_PACKAGES: 'kmod-lustre-client-${KERNEL}-2.15.8 lustre-client',
    ...environment,
  };
  return new Promise((resolve) => {
    execFile('sh', [`${chartDirectory}/files/load-client.sh`, root], { env }, (error, stdout, stderr) => {
      const recorded = join(tools, 'calls');
      const calls = existsSync(recorded) ? readFileSync(recorded, 'utf8').trim().split('\n') : [];
      resolve({
        status: error ? Number(error.code) : 0,
        output: stdout + stderr,
        calls: calls.filter((call) => !call.startsWith('uname')),
      });
    });
  });
}

const modules = ['lnet', 'ksocklnd', 'lustre', 'mgc', 'lmv', 'lov', 'mdc', 'osc'];
const loaded = (calls: readonly string[]): readonly (string | undefined)[] =>
  calls.filter((call) => call.startsWith('modprobe')).map((call) => call.split(' ').at(-1));

describe('load-client.sh', () => {
  it.each([
    ['apt', /^apt-get .* download kmod-lustre-client-6\.8\.0-1046-azure-2\.15\.8 lustre-client$/],
    ['dnf', /^dnf .* download kmod-lustre-client-6\.8\.0-1046-azure-2\.15\.8 lustre-client$/],
  ])('loads all modules from packages of %s for the running kernel', async (format, download) => {
    const { status, output, calls } = await load(bareNode(), { CLIENT_FORMAT: format });
    expect(output).toContain('the client is loaded, version 2.15.8');
    expect(status).toBe(0);
    expect(calls.filter((call) => download.test(call))).toHaveLength(1);
    expect(loaded(calls)).toEqual(modules);
  });

  it('leaves a loaded client alone', async () => {
    const node = bareNode();
    mkdirSync(join(node.root, 'sys/module/lustre'));
    writeFileSync(join(node.root, 'sys/module/lustre/version'), '2.14.0\n');
    const { status, output, calls } = await load(node);
    expect(output).toContain('the client is loaded, version 2.14.0: nothing is done');
    expect([status, calls]).toEqual([0, []]);
  });

  it('leaves an installed client to the driver', async () => {
    const node = bareNode();
    mkdirSync(join(node.root, 'lib/modules', KERNEL, 'fs'));
    writeFileSync(join(node.root, 'lib/modules', KERNEL, 'fs/lustre.ko.zst'), '');
    const { status, output, calls } = await load(node);
    expect(output).toContain(`installed for ${KERNEL}`);
    expect([status, calls]).toEqual([0, []]);
  });

  it('loads nothing of another kernel', async () => {
    const { status, output, calls } = await load(bareNode({ packed: '5.15.0-1' }));
    expect(output).toMatch(/modules of another kernel than 6\.8\.0-1046-azure: .*5\.15\.0-1/);
    expect([status, loaded(calls)]).toEqual([1, []]);
  });

  it.each([
    ['rpmkeys --checksig', 'dnf', /client\.rpm has no valid signature/],
    ['rpmkeys --import', 'dnf', /key of the repository cannot be read/],
    ['dnf', 'dnf', /no packages for the kernel 6\.8\.0-1046-azure/],
    ['apt-get', 'apt', /the repository does not answer: deb https/],
    ['modprobe', 'apt', /module lnet cannot be loaded/],
    ['nothing', 'pacman', /CLIENT_FORMAT is pacman: write apt or dnf/],
  ])('ends with the reason if %s fails (%s)', async (failing, format, words) => {
    const node = bareNode({ failing });
    const { status, output } = await load(node, { CLIENT_FORMAT: format });
    expect(output).toMatch(words);
    expect(status).toBe(1);
    expect(existsSync(join(node.root, 'sys/module/lustre'))).toBe(false);
  });
});
