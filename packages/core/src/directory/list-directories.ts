import type { MountedParent } from './mounted-parent.js';
import type { FoundDirectory } from './registry/worker-protocol.js';

/** Volumes in one answer of the worker. */
const LIST_PAGE = 200;

/** All volumes of a base path. @throws DriverError, the signal's reason */
export async function listDirectories(
  mounted: MountedParent,
  base: readonly string[],
  signal: AbortSignal,
): Promise<readonly FoundDirectory[]> {
  const all: FoundDirectory[] = [];
  for (let after: string | null = ''; after !== null;) {
    const task = { operation: 'list', base, after, limit: LIST_PAGE } as const;
    const page: { readonly found: readonly FoundDirectory[]; readonly next: string | null } =
      await mounted.run(task, signal);
    all.push(...page.found);
    after = page.next;
  }
  return all;
}
