import type { NodeTiming } from '../../mount/mount-services.js';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMountInfo, type MountEntry, type MountTable } from '../../mount/table/mount-table.js';
import { signalProcess } from '../../process/stop-processes.js';
import { collectOutput } from './collect-output.js';
import { DrivenEngine } from './driven-engine.js';
import type { EngineSettings } from './engine-process.js';
import { ServerPort } from './server-port.js';

const isRoot = process.getuid?.() === 0;

/** Path of the built file, which a child process runs instead of the test runner. */
const built = (name: string): string =>
  fileURLToPath(new URL(`../../../dist/node/testing/${name}`, import.meta.url));

/** Directory of the programs that are compiled for a processor. */
const nativePrograms = fileURLToPath(new URL('../../../dist/native', import.meta.url));

/** A helper as mount(8) calls it: `mount.lustre SOURCE TARGET -o OPTIONS`. The script `behaviour` of the test runs
 *  first. A server is a tmpfs with the Lustre source as its name; clients are bind mounts of it. */
const helperScript = (base: string): string => `#!/bin/sh
source=$1 target=$2 options=$4
echo "$source $target $options" >> ${base}/calls
. ${base}/behaviour
fail() { echo "mount.lustre: mount $source at $target failed: $2" >&2; exit "$1"; }
path=\${source#*:/}
server=${base}/servers/\${source%%:/*}
[ -d "$server" ] || fail 5 'Input/output error'
[ -d "$server/$path" ] || fail 2 'No such file or directory'
if [ -e "$server/.bindfs" ]; then
  LUSTRE="\${source%%:/*}:/\${path%%/*}" setsid bindfs -f -o auto_unmount "$server/$path" "$target" > /dev/null 2>&1 &
  echo $! >> ${base}/bindfs-pids
  until grep -q " $target " /proc/self/mountinfo; do sleep 0.01; done
  exit 0
fi
flags=$(echo "$options" | tr , '\\n' | grep -xE 'ro|noexec|nosuid|nodev' | paste -sd ,)
[ -n "$flags" ] || { mount -i --bind "$server/$path" "$target" || exit 32; exit; }
# mount(2) makes a file system's mount with all of its flags at once.
ready=${base}/ready.$$
mkdir "$ready" && mount -i --bind "$server/$path" "$ready" && mount -i -o "remount,bind,$flags" "$ready" || exit 32
mount -i --bind "$ready" "$target" || exit 32
umount -i "$ready" && rmdir "$ready"
`;

/** A fusermount that replaces the source: bindfs names it after a directory. */
const fusermountScript = (base: string): string => `#!/bin/sh
for argument do
  shift
  case $argument in *fsname=*) argument=$(echo "$argument" | sed "s#fsname=[^,]*#fsname=$LUSTRE#") ;; esac
  set -- "$@" "$argument"
done
exec ${base}/fusermount.real "$@"
`;

/** The overlay puts the helper where mount(8) looks for it, in this namespace alone. */
const setupScript = (base: string): string => `
set -e
mount -t tmpfs overlay ${base}/overlay
mkdir ${base}/overlay/upper ${base}/overlay/work
cp -p ${base}/mount.lustre ${base}/overlay/upper/
sbin=$(readlink -f /sbin)
mount -t overlay helpers -o lowerdir=$sbin,upperdir=${base}/overlay/upper,workdir=${base}/overlay/work "$sbin"
for nid in 127.0.0.4@tcp 127.0.0.5@tcp; do
  mkdir -p ${base}/servers/$nid/lustrefs
  mount -t tmpfs -o size=4t,nr_inodes=1000000 $nid:/lustrefs ${base}/servers/$nid/lustrefs
  mkdir ${base}/servers/$nid/lustrefs/team
done
if ${isRoot} && fusermount=$(command -v fusermount); then
  cp -p "$fusermount" ${base}/fusermount.real
  mount --bind ${base}/fusermount "$fusermount"
fi
mount --bind ${base}/hosts /etc/hosts
echo ready
exec cat
`;

/** Addresses of servers that accept connections. */
const listening = ['127.0.0.4', '127.0.0.5', '127.0.0.66'];

/** Server whose clients are processes. */
export interface BindfsServer {
  /** Stops answering. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

/** File system whose server takes requests and answers none. */
export interface SilentServer {
  /** Resolves when a process waits for the answer to statfs(2). */
  readonly asked: Promise<void>;
  /** Resolves when a process waits for the answer to a lookup of a name. */
  readonly lookedUp: Promise<void>;
  /** Starts answering, also the requests that wait. */
  heal(): void;
  /** Ends the server; the mount stays, and every access gets ENOTCONN. */
  die(): Promise<void>;
}

/** Private mount namespace, in which `mount -t lustre` works and node engines run as processes. */
export class PrivateNode {
  readonly #children: ChildProcessWithoutNullStreams[] = [];

  private constructor(
    readonly base: string,
    private readonly holder: ChildProcessWithoutNullStreams,
    private readonly settings: EngineSettings,
    private readonly port: ServerPort,
  ) {}

  /** @param settings of every engine that gets no others */
  static async start(settings: EngineSettings = {}): Promise<PrivateNode> {
    const base = await mkdtemp(join(tmpdir(), 'private-node-'));
    for (const name of ['overlay', 'servers', 'pods']) await mkdir(join(base, name));
    await writeFile(join(base, 'behaviour'), '');
    await writeFile(join(base, 'calls'), '');
    await writeFile(join(base, 'hosts'), '127.0.0.4 fs-1.example\n');
    await writeFile(join(base, 'mount.lustre'), helperScript(base), { mode: 0o755 });
    await writeFile(join(base, 'fusermount'), fusermountScript(base), { mode: 0o755 });
    const asUser = isRoot ? [] : ['--user', '--map-root-user'];
    const holder = spawn('unshare', [
      ...asUser,
      ...['--mount', '--propagation', 'private', 'sh', '-c', setupScript(base)],
    ]);
    await firstLine(holder, 'a private mount namespace needs root, or user namespaces');
    const port = await ServerPort.open(listening);
    return new PrivateNode(base, holder, { serverPort: port.number, ...settings }, port);
  }

  /** Creates the parent of a pod's target, and returns the target. */
  async target(name: string): Promise<string> {
    await mkdir(join(this.base, 'pods', name), { recursive: true });
    return join(this.base, 'pods', name, 'mount');
  }

  async mountTable(): Promise<MountTable> {
    return parseMountInfo(await readFile(`/proc/${this.holder.pid}/mountinfo`, 'utf8'));
  }

  /** Sets the shell commands that mount.lustre runs before it mounts; empty: none. */
  async behave(script: string): Promise<void> {
    await writeFile(join(this.base, 'behaviour'), script);
  }

  /** Number of calls of mount.lustre for a target. */
  async callsFor(target: string): Promise<number> {
    const calls = await readFile(join(this.base, 'calls'), 'utf8');
    return calls.split('\n').filter((line) => line.split(' ')[1] === target).length;
  }

  /** Runs a shell command in the namespace and returns its output. */
  async shell(script: string): Promise<string> {
    const child = this.#enter('sh', ['-ec', script]);
    const [output, errors] = [collectOutput(child.stdout), collectOutput(child.stderr)];
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`${script}: ${errors()}`);
    return output();
  }

  /** Hides the compiled programs of this package, as where it was built without a C compiler. Processes that run keep theirs. */
  async hideNativePrograms(): Promise<void> {
    await this.shell(`[ ! -d ${nativePrograms} ] || mount -t tmpfs hidden ${nativePrograms}`);
  }

  /** Starts a program in the namespace. */
  program(program: string, args: readonly string[]): { kill(signal: NodeJS.Signals): boolean } {
    return this.#enter(program, args);
  }

  /** Starts a node engine as a new process, with the state of all earlier ones. */
  engine(timing: Partial<NodeTiming> = {}, settings: EngineSettings = {}): DrivenEngine {
    const all: EngineSettings = { ...this.settings, timing, ...settings };
    const args = [built('engine-process.js'), join(this.base, 'state'), JSON.stringify(all)];
    return new DrivenEngine(this.#enter(process.execPath, args));
  }

  /** Mounts in the driver's own directory. */
  async clientMounts(): Promise<readonly MountEntry[]> {
    const inside = join(this.base, 'state', 'mounts/');
    return (await this.mountTable()).entries.filter(({ mountPoint }) => mountPoint.startsWith(inside));
  }

  /** Adds a server whose clients are FUSE file systems of Debian's bindfs, each a process that can be stopped. */
  async bindfsServer(source: string): Promise<BindfsServer> {
    const [nid = '', fsname = ''] = source.split(':/');
    await mkdir(join(this.base, 'servers', nid, fsname), { recursive: true });
    await writeFile(join(this.base, 'servers', nid, '.bindfs'), '');
    const signal = async (name: NodeJS.Signals): Promise<void> => {
      for (const pid of await this.#bindfsPids()) signalProcess(pid, name);
    };
    return { stop: () => signal('SIGSTOP'), resume: () => signal('SIGCONT') };
  }

  async #bindfsPids(): Promise<readonly number[]> {
    const pids = await readFile(join(this.base, 'bindfs-pids'), 'utf8').catch(() => '');
    return pids.split('\n').filter(Boolean).map(Number);
  }

  /** Mounts a file system whose server does not answer. */
  async silentServer(source: string, target: string): Promise<SilentServer> {
    const child = this.#enter(process.execPath, [built('silent-server.js'), source, target]);
    await firstLine(child, 'the FUSE server did not start');
    const waitsFor = (what: string): Promise<void> =>
      new Promise((resolve) =>
        child.stdout.on('data', (lines: Buffer) => lines.toString().includes(what) && resolve()),
      );
    return {
      asked: waitsFor('statfs'),
      lookedUp: waitsFor('lookup'),
      heal: () => void child.stdin.write('heal\n'),
      die: () => new Promise((resolve) => void child.once('close', () => resolve()).kill('SIGKILL')),
    };
  }

  async stop(): Promise<void> {
    for (const pid of await this.#bindfsPids()) signalProcess(pid, 'SIGKILL');
    for (const child of [...this.#children, this.holder]) child.kill('SIGKILL');
    await this.port.close();
    // The namespace's mounts end with its last process; until then the directory may be in use.
    await rm(this.base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Command line that runs a program in the namespace. */
  inside(program: string, args: readonly string[] = []): readonly [string, ...string[]] {
    const asUser = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['nsenter', `--target=${this.holder.pid}`, ...asUser, '--mount', program, ...args];
  }

  #enter(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
    const [command, ...rest] = this.inside(program, args);
    const child = spawn(command, rest);
    this.#children.push(child);
    return child;
  }
}

async function firstLine(child: ChildProcessWithoutNullStreams, otherwise: string): Promise<void> {
  const errors = collectOutput(child.stderr);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${otherwise}: ${errors()}`)));
  });
}
