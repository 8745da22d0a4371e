import { createInterface } from 'node:readline';
import { runTask } from './directory-tasks.js';
import { codeOf } from './record-files.js';
import type { DirectoryFailure, WorkerReply, WorkerTask } from './worker-protocol.js';

// `directory-worker.child.js MOUNT`: does tasks, one JSON object a line, in their order, until its input ends. MOUNT is
// there for readers of the process table.

function answer({ id, ...task }: WorkerTask & { readonly id: number }): WorkerReply {
  try {
    return { id, result: runTask(task) };
  } catch (error) {
    return { id, failure: failureOf(error, task.location.base.join('/')) };
  }
}

function failureOf(error: unknown, path: string): DirectoryFailure {
  const { failure } = error as { readonly failure?: DirectoryFailure };
  return failure ?? { reason: 'system', path, code: codeOf(error) };
}

process.umask(0o022);
createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as WorkerTask & { id: number }))}\n`);
});
