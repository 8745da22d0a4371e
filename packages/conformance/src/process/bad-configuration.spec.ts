import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable } from '../testing/lustre-csi.js';
import { runInProcess, type EndedRun } from '../testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-config-'));
const socket = join(directory, 'csi.sock');
const endpoint = `--endpoint=unix://${socket}`;
const aws = '--driver-name=fsx.csi.aws.com';
const azure = '--driver-name=azurelustre.csi.azure.com';
const broken = join(directory, 'broken.json');
const used = join(directory, 'used.sock');
const file = join(directory, 'file');
const listener = createServer();

beforeAll(async () => {
  writeFileSync(broken, '{ not json');
  writeFileSync(file, 'keep me');
  await new Promise<void>((resolve) => listener.listen(used, resolve));
});

afterAll(() => {
  listener.close();
  rmSync(directory, { recursive: true });
});

interface Row {
  readonly what: string;
  readonly args: readonly string[];
  readonly environment?: Record<string, string>;
  /** Words that the line has to contain. */
  readonly names: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: 'an unknown driver name',
    args: ['--driver-name=efs.csi.aws.com', endpoint],
    names: ['--driver-name', 'efs.csi.aws.com', 'azurelustre.csi.azure.com', 'fsx.csi.aws.com'],
  },
  { what: 'no driver name', args: [endpoint], names: ['--driver-name', 'fsx.csi.aws.com'] },
  { what: 'no endpoint', args: [aws], names: ['--endpoint', 'CSI_ENDPOINT'] },
  { what: 'an endpoint of no kind', args: [aws, '--endpoint=http://x'], names: ['--endpoint', 'http://x'] },
  { what: 'an unknown mode', args: [aws, endpoint, '--mode=both'], names: ['--mode', 'both', 'controller'] },
  { what: 'an unknown flag', args: [aws, endpoint, '--endpointt=x'], names: ['--endpointt'] },
  { what: 'no region', args: [aws, endpoint], names: ['AWS_REGION'] },
  {
    what: 'an azure.json that cannot be read',
    args: [azure, endpoint],
    environment: { AZURE_CONFIG_FILE: directory },
    names: ['AZURE_CONFIG_FILE', directory],
  },
  {
    what: 'an azure.json that is no JSON',
    args: [azure, endpoint],
    environment: { AZURE_CONFIG_FILE: broken },
    names: [broken],
  },
  {
    what: 'the mock mode of the driver that it replaces',
    args: [azure, endpoint, '--enable-azurelustre-mock-dyn-prov=true'],
    names: ['--enable-azurelustre-mock-dyn-prov', 'lustre-cloud-emulator'],
  },
  ...['controller', 'node'].map((mode) => ({
    what: `an unknown use of mount.lustre, on a ${mode}`,
    args: ['--driver-name=generic.lustre-csi', endpoint, `--mode=${mode}`, '--mount-helper=never'],
    names: ['--mount-helper is "never"', 'auto, require, kernel'],
  })),
  {
    what: 'a socket that is in use',
    args: [aws, '--mode=node', `--endpoint=unix://${used}`],
    names: [used, 'another process'],
  },
  {
    what: 'a file at the socket',
    args: [aws, '--mode=node', `--endpoint=${file}`],
    names: [file, 'not a socket'],
  },
];

/** Rows that need a process: two that would leave a driver behind if they failed, an argument and a setting of a cloud. */
const ofTheExecutable = [
  'an unknown driver name',
  'an azure.json that is no JSON',
  'a socket that is in use',
  'a file at the socket',
];
const needsProcess = ({ what }: Row): boolean => ofTheExecutable.includes(what);

const expectRefusal = ({ names }: Row, { status, stderr }: EndedRun): void => {
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  for (const name of names) expect(stderr).toContain(name);
  expect(status).toBe(2);
  expect(existsSync(socket)).toBe(false);
  expect(existsSync(file)).toBe(true);
};

describe('bad configuration', () => {
  it.each(rows.filter((row) => !needsProcess(row)))(
    '$what: status 2 and one line that names it',
    async (row) => expectRefusal(row, await runInProcess(row.args, row.environment)),
  );

  it.each(rows.filter(needsProcess))('$what: exit 2 and one line that names it', (row) => {
    const env = { PATH: process.env['PATH'], ...row.environment };
    const { status, stderr } = spawnSync(process.execPath, [executable, ...row.args], {
      env,
      encoding: 'utf8',
    });
    expectRefusal(row, { status: status ?? -1, stderr });
  });

  it('prints help and version', () => {
    const help = spawnSync(process.execPath, [executable, '--help'], { encoding: 'utf8' });
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('--driver-name');
    expect(help.stdout).toContain('azurelustre.csi.azure.com');
    // Three clouds have a flag of this name, with words of their own.
    expect(help.stdout.match(/--topology-zone/g)).toHaveLength(3);
    const version = spawnSync(process.execPath, [executable, '--version'], { encoding: 'utf8' });
    expect(version.stdout).toMatch(/^lustre-csi [0-9]+\.[0-9]+\.[0-9]+\n$/);
  });
});
