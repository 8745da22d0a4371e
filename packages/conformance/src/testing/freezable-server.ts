import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, run } from './directory-bench.js';

/** Reports that file systems can be made to hang here: needs root, FUSE and Debian's bindfs. */
export const canFreeze =
  process.getuid?.() === 0 && existsSync('/dev/fuse') && !spawnSync('bindfs', ['--version']).error;

/**
 * A simulated file system whose clients wait for ever once its server is frozen, in the uninterruptible sleep of a Lustre
 * client without servers. bindfs covers the simulation's storage: clients that are mounted from now on use its process;
 * those that were mounted before do not, and stay readable meanwhile.
 */
export class FreezableServer {
  private constructor(
    private readonly storage: string,
    private readonly server: ChildProcess,
  ) {}

  /** @param mountPoint where the file system is mounted */
  static async over(mountPoint: string): Promise<FreezableServer> {
    const source = mountsAt(mountPoint)[0]?.source ?? '';
    const storage = storageOf(source);
    const rename = renameFuseMounts(source);
    try {
      const server = spawn('bindfs', ['-f', '-o', 'auto_unmount', storage, storage], { stdio: 'ignore' });
      await eventually(() => mountsAt(storage).some(({ type }) => type === 'fuse'), 'bindfs is mounted');
      return new FreezableServer(storage, server);
    } finally {
      rename.undo();
    }
  }

  freeze(): void {
    this.server.kill('SIGSTOP');
  }

  thaw(): void {
    this.server.kill('SIGCONT');
  }

  /** Ends bindfs, which then unmounts its file system. */
  async close(): Promise<void> {
    this.thaw();
    this.server.kill('SIGTERM');
    await eventually(() => mountsAt(this.storage).every(({ type }) => type !== 'fuse'), 'bindfs is gone');
  }
}

interface Mount {
  readonly root: string;
  readonly target: string;
  readonly type: string;
  readonly source: string;
}

function mountTable(): readonly Mount[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', target = ''] = before.split(' ');
    const [type = '', source = ''] = after.split(' ');
    return { root, target, type, source };
  });
}

const mountsAt = (path: string): readonly Mount[] => mountTable().filter(({ target }) => target === path);

/** Directory in which the simulation stores a file system. */
function storageOf(source: string): string {
  const found = mountTable().find(
    (mount) => mount.source === source && mount.root === '/' && mount.target.includes('/namespace/servers/'),
  );
  if (!found) throw new Error(`"${source}" is no simulated file system that is mounted`);
  return found.target;
}

/** Wrapper around fusermount, which mounts for bindfs: it names the mount after the source instead of a directory. */
function renameFuseMounts(source: string): { undo(): void } {
  const fusermount = run('readlink', [
    '-f',
    run('sh', ['-c', 'command -v fusermount3 || command -v fusermount']).trim(),
  ]);
  const path = fusermount.trim();
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-fuse-'));
  const [real, script] = [join(directory, 'real'), join(directory, 'script')];
  run('cp', ['-p', path, real]);
  const rename = `s#fsname=[^,]*#fsname=${source}#`;
  const each = `case $a in *fsname=*) a=$(echo "$a" | sed '${rename}') ;; esac; set -- "$@" "$a"`;
  writeFileSync(script, `#!/bin/sh\nfor a do shift; ${each}; done\nexec ${real} "$@"\n`, { mode: 0o755 });
  run('mount', ['--bind', script, path]);
  return {
    undo: () => {
      run('umount', [path]);
      // The server's fusermount waits beside it and has its program open.
      rmSync(directory, { recursive: true });
    },
  };
}
