import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMountSimulation } from '../mount/check-mount-simulation.js';
import { LustreRegistryDirectory } from '../world/lustre-registry.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const simulation = checkMountSimulation();
const missing = simulation.available ? '' : ` (NOT RUN: ${simulation.reason})`;

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lustre-emulator-spec-'));
  // Also for the ordinary user of one test.
  chmodSync(scratch, 0o755);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Started {
  readonly process: ReturnType<typeof spawn>;
  readonly ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
  /** The first line on stdout. */
  readonly firstLine: Promise<string>;
}

/** A directory for temporary files that one test has for itself: what is left in it was not cleaned up. */
function temporary(): string {
  const directory = mkdtempSync(join(scratch, 'tmp-'));
  chmodSync(directory, 0o1777);
  return directory;
}

interface Circumstances {
  /** A temporary directory that the test looks into. */
  readonly tmp?: string;
  readonly asUser?: readonly string[];
}

function start(args: readonly string[], { tmp = temporary(), asUser = [] }: Circumstances = {}): Started {
  const [file = '', ...rest] = [...asUser, process.execPath, main, ...args];
  const child = spawn(file, rest, {
    env: { ...process.env, TMPDIR: tmp, AWS_PROFILE: 'mine', AWS_DEFAULT_REGION: 'eu-west-1' },
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const firstLine = new Promise<string>((done) => {
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes('\n')) done(seen.slice(0, seen.indexOf('\n')));
    });
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(
    ([stdout, stderr, status]) => ({
      ...{ stdout, stderr, status },
    }),
  );
  return { process: child, ended, firstLine };
}

const run = (...args: readonly string[]): Started['ended'] => start(args).ended;
const exec = (script: string, tmp?: string): Started['ended'] =>
  start(['exec', '--', 'sh', '-c', script], tmp === undefined ? {} : { tmp }).ended;

/** A client of its own, with nothing but the environment to go by. */
const createMountDelete = `
  import { spawnSync } from 'node:child_process';
  import { setTimeout as delay } from 'node:timers/promises';
  import { FSx } from '@aws-sdk/client-fsx';
  const target = process.argv[1];
  const fsx = new FSx();
  const { FileSystem: made } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
    LustreConfiguration: { DeploymentType: 'SCRATCH_2' },
  });
  const found = () => fsx.describeFileSystems({ FileSystemIds: [made.FileSystemId] });
  const mount = () => {
    const source = made.DNSName + '@tcp:/' + made.LustreConfiguration.MountName;
    console.log('mounted', spawnSync('mount', ['-t', 'lustre', source, target]).status);
  };
  while ((await found()).FileSystems[0].Lifecycle !== 'AVAILABLE') await delay(10);
  mount();
  await fsx.deleteFileSystem({ FileSystemId: made.FileSystemId });
  try {
    for (;;) await found().then(() => delay(10));
  } catch (error) {
    if (error.name !== 'FileSystemNotFound') throw error;
  }
  mount();
`;

// The processes of one test wait for each other: those of another fill the gaps.
describe.skipIf(!simulation.available)(`exec${missing}`, { concurrent: true }, () => {
  it('gives the command the clouds and the settings that reach them, and cleans up', async () => {
    const tmp = temporary();
    const { status, stdout, stderr } = await exec(
      `
      node -e '
        const { readFileSync, existsSync } = require("node:fs");
        const { tenantId } = JSON.parse(readFileSync(process.env.AZURE_CONFIG_FILE));
        const tokens = process.env.AZURE_AUTHORITY_HOST + "/" + tenantId + "/v2.0/.well-known/openid-configuration";
        const state = process.env.LUSTRE_EMULATOR_URL + "/_emulator/state";
        Promise.all([fetch(tokens), fetch(state)]).then(async ([entra, control]) => {
          console.log(JSON.stringify({
            entra: entra.status, state: Object.keys(await control.json()), environment: process.env,
            there: existsSync(process.env.LUSTRE_CSI_STATE_DIR),
          }));
        });'`,
      tmp,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = JSON.parse(stdout) as { environment: Record<string, string> };
    expect(seen).toMatchObject({ entra: 200, state: ['aws', 'azure', 'google', 'oci'], there: true });
    const { environment } = seen;
    expect(environment['AWS_ENDPOINT_URL_FSX']).toBe(environment['LUSTRE_EMULATOR_URL']);
    expect(environment['AWS_PROFILE']).toBeUndefined();
    expect(environment['AWS_DEFAULT_REGION']).toBe('us-west-2');
    expect(existsSync(environment['LUSTRE_CSI_STATE_DIR'] ?? '/')).toBe(false);
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('mounts the file systems of the registry, inside only', async () => {
    const registry = join(scratch, 'registry');
    new LustreRegistryDirectory(registry).publish({
      ...{ id: 'fs-1', mgsAddresses: ['10.0.0.4'], dnsNames: [], fsname: 'lustrefs', version: '2.15.5' },
      capacityBytes: 4n << 40n,
    });
    const target = join(scratch, 'target');
    mkdirSync(target);
    const script = `mount -t lustre 10.0.0.4@tcp:/lustrefs ${target} && stat -f -c %b ${target} && echo x > ${target}/x`;
    const { status, stdout } = await run('exec', '--lustre-registry', registry, '--', 'sh', '-c', script);
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(readdirSync(target)).toEqual([]);
    const table = readFileSync('/proc/self/mountinfo', 'utf8');
    expect(table).not.toContain(scratch);
    expect(table).not.toContain('lustre-emulator');
    expect(existsSync(registry)).toBe(true);
  });

  it('is the client of the release that is set, and lets COMMAND arm faults of servers', async () => {
    const script = `
      mount -t lustre 10.0.0.4@tcp0:/lustrefs $TMPDIR && node -p '
        fs.readFileSync("/proc/self/mountinfo", "utf8").split("\\n").find((line) => line.includes(" - lustre "))'
      lctl ping 10.0.0.4@tcp0; umount $TMPDIR
      ${process.execPath} ${main} lustre-fault mgs-refused fs-2
      mount -t lustre 10.0.0.4@tcp0:/lustrefs $TMPDIR; echo $?`;
    const registry = join(scratch, 'registry-of-releases');
    new LustreRegistryDirectory(registry).publish({
      ...{ id: 'fs-2', mgsAddresses: ['10.0.0.4'], dnsNames: [], fsname: 'lustrefs', version: '2.15.5' },
      capacityBytes: 4n << 40n,
    });
    const options = ['--lustre-version', '2.17', '--lustre-wait-scale', '0', '--lustre-registry', registry];
    const { stdout } = await run('exec', ...options, '--', 'sh', '-c', script);
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining(' - lustre 10.0.0.4@tcp0:/lustrefs rw,checksum,encrypt,flock,') as string,
      ...['12345-0@lo', '10.0.0.4@tcp', '108', ''],
    ]);
  });

  it('mounts what a cloud has created, until the cloud has deleted it', async () => {
    const target = join(scratch, 'created');
    mkdirSync(target);
    const outcome = await run(
      ...['exec', '--create-seconds', '0.05', '--delete-seconds', '0.05', '--'],
      ...[process.execPath, '--input-type=module', '-e', createMountDelete, target],
    );
    expect(outcome).toMatchObject({ status: 0, stdout: 'mounted 0\nmounted 22\n' });
  });

  it.each([
    ['exit 7', 7],
    ['kill -KILL $$', 137],
  ])('ends as the command does: %s', async (script, status) => {
    expect((await exec(script)).status).toBe(status);
  });

  it('reports a missing command as a shell does', async () => {
    const { status, stderr } = await run('exec', '--', 'no-such-command');
    expect(status).toBe(127);
    expect(stderr).toContain('no-such-command');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('forwards %s to the command, and waits for it', async (signal) => {
    const script = `trap 'echo got it; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
    const tmp = temporary();
    const started = start(['exec', '--', 'sh', '-c', script], { tmp });
    expect(await started.firstLine).toBe('ready');
    started.process.kill(signal);
    expect(await started.ended).toMatchObject({ status: 9, stdout: 'ready\ngot it\n' });
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('works inside itself', async () => {
    const inner = `mkdir $TMPDIR/t; ${process.execPath} ${main} exec -- mount -t lustre 10.0.0.4@tcp:/x $TMPDIR/t; s=$?; rmdir $TMPDIR/t; exit $s`;
    expect(await exec(inner)).toMatchObject({
      status: 110,
      stderr: expect.stringContaining('Connection timed out') as string,
    });
  });

  const ordinaryUser = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  it.skipIf(process.getuid?.() !== 0)('works for an ordinary user, or says why not', async () => {
    const tmp = temporary();
    const directory = join(tmp, 'target');
    const script = `mkdir ${directory}; mount -t lustre 10.0.0.4@tcp:/x ${directory}; s=$?; rmdir ${directory}; exit $s`;
    const { status, stderr } = await start(['exec', '--', 'sh', '-c', script], { tmp, asUser: ordinaryUser })
      .ended;
    if (status === 3)
      expect(stderr).toContain('Lustre mounts cannot be simulated here: as user with overlay:');
    else
      expect({ status, stderr }).toEqual({
        status: 110,
        stderr: expect.stringContaining('Connection timed out') as string,
      });
    expect(readdirSync(tmp)).toEqual([]);
  });
});

it('exec reports why mounts cannot be simulated, and does not run the command', async () => {
  // Without unshare(1) and mount(8) there is no namespace to be had.
  const child = spawn(process.execPath, [main, 'exec', '--', 'echo', 'ran'], {
    env: { PATH: '/nonexistent' },
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect({ status: await closed, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(
    /Lustre mounts cannot be simulated here: .*unshare ENOENT.*\n.*lustre-cloud-emulator serve\n$/,
  );
});

describe.concurrent('serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints the settings, serves, and stops on %s', async (signal) => {
    const tmp = temporary();
    const directory = join(scratch, `settings-${signal}`);
    const started = start(['serve', '--create-seconds', '0.5', '--directory', directory], { tmp });
    const settings = JSON.parse(await started.firstLine) as Record<string, string> & {
      environment: Record<string, string>;
    };
    expect(settings).toMatchObject({
      durations: { createSeconds: 0.5 },
      environment: { AZURE_CONFIG_FILE: join(directory, 'azure.json') },
    });
    expect((await fetch(`${settings['controlUrl']}/_emulator/state`)).status).toBe(200);
    started.process.kill(signal);
    expect(await started.ended).toMatchObject({ status: 0, stderr: '' });
    await expect(fetch(`${settings['controlUrl']}/_emulator/state`)).rejects.toThrow();
    expect(readdirSync(tmp)).toEqual([]);
  });
});

describe.concurrent('the command line', () => {
  it.each([
    [[], 'a command is missing: serve, exec or lustre-fault (see --help)'],
    [['start'], "'start' is not a command: serve, exec or lustre-fault (see --help)"],
    [['exec', 'sh'], "Unexpected argument 'sh' (see --help; a COMMAND goes behind --)"],
    [['exec'], 'exec needs a command: exec [OPTIONS] -- COMMAND [ARGS]'],
    [
      ['exec', '--create-seconds', 'x', '--', 'sh'],
      "--create-seconds must be a number of seconds, fractions allowed, not 'x'",
    ],
    [['serve', '--', 'sh'], 'serve runs no COMMAND; exec does'],
  ])('refuses %j with status 2 and one line', async (args, message) => {
    expect(await run(...args)).toEqual({
      status: 2,
      stdout: '',
      stderr: `lustre-cloud-emulator: ${message}\n`,
    });
  });

  it('prints its help', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('exec [OPTIONS] -- COMMAND...');
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
