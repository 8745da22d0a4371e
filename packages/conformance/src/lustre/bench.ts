import { lookup } from 'node:dns/promises';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatMountSource, parseMountSource, type LustreMountSource } from '@lustre-csi/core';
import type { CsiClient } from '@lustre-csi/core/client';
import { DriverUnderTest } from './driver-under-test.js';
import { mountsBelow } from './mount-table.js';
import type { Need } from './check.js';
import type { SuiteOptions } from './options.js';
import { Outages } from './outages.js';
import type { ClientTools } from './preflight.js';
import type { RunnerBench } from './run-checks.js';
import { runOrThrow, runTool } from './run-tool.js';
import { eventually } from './time-limit.js';

/** An absent server blocks mount.lustre for up to three minutes. */
const MOUNT_TIMEOUT_MS = 200_000;
/** Time in which a driver unmounts clients that are no longer used. */
const SETTLE_SECONDS = 45;

/** Directories of one run, below a temporary one. */
interface Places {
  readonly work: string;
  /** The file system, as an administrator mounts it. */
  readonly admin: string;
  /** Targets of publications, as kubelet has them. */
  readonly kubelet: string;
  readonly state: string;
}

/** The machine, the file system and the driver that checks work with. */
export class LustreBench implements RunnerBench {
  private constructor(
    readonly options: SuiteOptions,
    readonly source: LustreMountSource,
    private readonly places: Places,
    private readonly tools: ClientTools,
    readonly driver: DriverUnderTest,
    readonly outages: Outages,
    /** Directory of this run on the file system, from the root of the source. All that is written lies below it. */
    readonly directory: string,
  ) {}

  /** Mounts the file system, makes the directory of this run and starts the driver.
   *  @throws Error with the cause; then nothing is left */
  static async open(options: SuiteOptions, source: string, tools: ClientTools): Promise<LustreBench> {
    const work = mkdtempSync(join(tmpdir(), 'lustre-csi-test-'));
    const [admin, kubelet, state] = ['admin', 'kubelet', 'state'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    for (const directory of [admin, kubelet, state]) mkdirSync(directory);
    const directory = `lustre-csi-test-${randomBytes(6).toString('hex')}`;
    const driver = new DriverUnderTest(options.driver, state);
    const bench = new LustreBench(
      options,
      parseMountSource(source),
      { work, admin, kubelet, state },
      tools,
      driver,
      await Outages.prepare(options),
      directory,
    );
    try {
      await runOrThrow('mount', ['-t', 'lustre', source, admin], { timeoutMs: MOUNT_TIMEOUT_MS });
      await runOrThrow('mkdir', ['-m', '755', bench.onFileSystem()]);
      await driver.start();
      return bench;
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  get client(): CsiClient {
    return this.driver.client;
  }

  /** Path of something in this run's directory, as the administrator sees it. */
  onFileSystem(...names: readonly string[]): string {
    return join(this.places.admin, this.directory, ...names);
  }

  /** Mount point of the administrator. */
  get adminRoot(): string {
    return this.places.admin;
  }

  /** A target path for a publication. */
  target(name: string): string {
    return join(this.places.kubelet, name);
  }

  /** The source with other NIDs, or another file system's name. */
  sourceWith(change: Partial<LustreMountSource>): string {
    return formatMountSource({ ...this.source, ...change });
  }

  /** Lustre clients that the node service shares between publications. */
  sharedClients(): number {
    return new Set(mountsBelow(this.#clients).map(({ target }) => target)).size;
  }

  get #clients(): string {
    return join(this.places.state, 'mounts');
  }

  missing(need: Need): string | undefined {
    const { kernelClient, lfs, lctl } = this.tools;
    const reasons: Readonly<Record<Need, string | undefined>> = {
      'kernel client': kernelClient ? undefined : 'this kernel has no Lustre; a simulation stands in for it',
      lfs: lfs ? undefined : 'lfs is not installed',
      lctl: lctl ? undefined : 'lctl is not installed',
      'host name': this.options.hostName === undefined ? 'no host name: give --host-name' : undefined,
      unreachable: this.options.unreachable === 'none' ? '--unreachable none' : undefined,
      freeze: this.outages.cannotFreeze,
      ssh: this.options.ssh.length === 0 ? 'no way to run commands on the servers: give --ssh' : undefined,
    };
    return reasons[need];
  }

  /** The source with the host name of the command line in place of its first address. @throws Error */
  async sourceWithHostName(): Promise<string> {
    const [[first = '', ...interfaces] = [], ...partners] = this.source.mgsNodes;
    const [address = '', network = 'tcp'] = first.split('@');
    const name = this.options.hostName ?? '';
    const found = await lookup(name, { family: 4 });
    if (found.address !== address) throw new Error(`${name} is ${found.address}, not ${address}`);
    return this.sourceWith({ mgsNodes: [[`${name}@${network}`, ...interfaces], ...partners] });
  }

  async settle(): Promise<readonly string[]> {
    const problems = await this.driver.ensureRunning();
    // The mount of the controller service stays as long as the process.
    const left = (): readonly string[] =>
      [...mountsBelow(this.places.kubelet), ...mountsBelow(this.#clients)].map(
        ({ target, source }) => `${source} at ${target}`,
      );
    try {
      await eventually(SETTLE_SECONDS, 'all is unmounted', async () => {
        if (left().length > 0) throw new Error(left().join(', '));
      });
      return problems;
    } catch {
      const found = left();
      await this.#detach(this.places.kubelet, this.#clients);
      return [...problems, ...found.map((mount) => `still mounted: ${mount}`)];
    }
  }

  /** Ends everything. @returns what could not be taken back */
  async close(): Promise<readonly string[]> {
    const problems: string[] = [];
    await this.driver.stop();
    const { admin, kubelet, state, work } = this.places;
    await this.#detach(kubelet, state);
    if (mountsBelow(work).some(({ target }) => target === admin)) {
      const steps: readonly (readonly [string, readonly string[]])[] = [
        ['rm', ['-rf', '--one-file-system', this.onFileSystem()]],
        ['umount', [admin]],
      ];
      for (const [program, args] of steps) {
        const { status, stderr } = await runTool(program, args, { timeoutMs: 300_000 });
        if (status !== 0) problems.push(`${program} ${args.join(' ')}: ${stderr.trim()}`);
      }
    }
    if (mountsBelow(work).length > 0) return [...problems, `still mounted below ${work}`];
    rmSync(work, { recursive: true, force: true });
    return problems;
  }

  /** Writes the driver's log to a file that outlives this run. @returns its path */
  keepLog(): string {
    const path = `${this.places.work}.driver.log`;
    writeFileSync(path, this.driver.log());
    return path;
  }

  /** Unmounts what is left below directories, also if it is busy, without a look at the paths. */
  async #detach(...directories: readonly string[]): Promise<void> {
    for (const { target } of directories.flatMap((directory) => [...mountsBelow(directory)].reverse())) {
      const { status } = await runTool('umount', ['-c', '-i', target], { timeoutMs: 20_000 });
      if (status !== 0) await runTool('umount', ['-c', '-i', '-l', target], { timeoutMs: 20_000 });
    }
  }
}
