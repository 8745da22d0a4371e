import { spawnSync } from 'node:child_process';
import { openSubDirectory, SubDirectoryError } from './open-sub-directory.js';
import { settleFreshRoot } from './fresh-root.js';
import { SUB_DIRECTORY_FAILED, type RootTask, type SubDirectoryTask } from './sub-directory.js';

// `sub-directory.child.js TARGET TASK`: opens a sub-directory and bind-mounts it, or settles a fresh root. TARGET identifies the process in the
// process table; TASK is JSON. Exits like mount(8), or with SUB_DIRECTORY_FAILED and a failure on stdout.

function run(task: SubDirectoryTask | RootTask): number {
  if ('rootSettings' in task) {
    settleFreshRoot(task.root, task.rootSettings);
    return 0;
  }
  const directory = openSubDirectory(task);
  if (task.target === undefined) return 0;
  const options = task.options.length > 0 ? ['-o', task.options.join(',')] : [];
  // The source is the open directory, so that no name is looked up again; -c stops mount(8) from doing so.
  const args = ['-c', '-i', '--bind', ...options, '/proc/self/fd/3', task.target];
  const { status, error } = spawnSync('mount', args, { stdio: ['ignore', 'inherit', 'inherit', directory] });
  if (error) throw error;
  return status ?? 1;
}

function main(task: SubDirectoryTask | RootTask): number {
  try {
    return run(task);
  } catch (error) {
    if (!(error instanceof SubDirectoryError)) throw error;
    process.stdout.write(JSON.stringify(error.failure));
    return SUB_DIRECTORY_FAILED;
  }
}

process.exitCode = main(JSON.parse(process.argv[3] ?? '') as SubDirectoryTask | RootTask);
