import type { CommandRunner } from '../../node/command.js';
import type { Conversation, ConversationOptions } from '../../node/conversation.js';
import type { SharedMounts } from '../../node/shared-mounts.js';
import { runTask } from '../directory-tasks.js';
import type { HostParts } from '../mounted-host.js';
import { codeOf } from '../record-files.js';
import type { DirectoryFailure, WorkerTask } from '../worker-protocol.js';

/** A host that is mounted at a path already, and whose worker is this process. */
export function scratchHost(root: string): Pick<HostParts, 'mounts' | 'runner'> {
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
    say: (line: string) => queueMicrotask(() => onLine(answerTo(line))),
    stop: async () => undefined,
  });
  const hold = async (): Promise<unknown> => ({ path: root, release: () => {} });
  return {
    mounts: { hold, sweep: () => {} } as unknown as SharedMounts,
    runner: { converse } as unknown as CommandRunner,
  };
}
