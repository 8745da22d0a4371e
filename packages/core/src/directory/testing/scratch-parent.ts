import type { CommandRunner } from '../../process/command.js';
import type { Conversation, ConversationOptions } from '../../process/conversation.js';
import type { SharedMounts } from '../../mount/client/shared-mounts.js';
import { runTask } from '../registry/directory-tasks.js';
import type { ParentParts } from '../mounted-parent.js';
import { codeOf } from '../registry/record-files.js';
import type { DirectoryFailure, WorkerTask } from '../registry/worker-protocol.js';

/** A host that is mounted at a path already, and whose worker is this process. */
export function scratchParent(root: string): Pick<ParentParts, 'mounts' | 'runner'> {
  const answerTo = (line: string): string => {
    const { id, ...task } = JSON.parse(line) as WorkerTask & { readonly id: number };
    try {
      return JSON.stringify({ id, result: runTask(task) });
    } catch (error) {
      const { failure } = error as { readonly failure?: DirectoryFailure };
      return JSON.stringify({ id, failure: failure ?? { reason: 'system', path: '', code: codeOf(error) } });
    }
  };
  const converse = (
    _program: string,
    _args: readonly string[],
    { onLine }: ConversationOptions,
  ): Partial<Conversation> => ({
    writeLine: (line: string) => queueMicrotask(() => onLine(answerTo(line))),
    stop: async () => undefined,
  });
  const hold = async (): Promise<unknown> => ({ path: root, release: () => {} });
  return {
    mounts: { hold, sweep: () => {} } as unknown as SharedMounts,
    runner: { converse } as unknown as CommandRunner,
  };
}
