import type { PatchOperation } from './kubernetes-node.js';
import { textAt } from './object-fields.js';

/** Effects of the taints with this key: `NoExecute`, `NoSchedule`. Empty: the node has no such taint. */
export function effectsOf(taints: readonly unknown[], key: string): readonly string[] {
  return taints
    .filter((taint) => textAt(taint, 'key') === key)
    .map((taint) => textAt(taint, 'effect') ?? 'no effect');
}

/** JSON patch that removes the taints with this key, and no other. It tests each taint at its index before it removes it, so
 *  that the whole patch fails if another client has changed the list meanwhile. It starts at the end of the list, since a
 *  removal moves the later taints. */
export function taintRemoval(taints: readonly unknown[], key: string): readonly PatchOperation[] {
  return taints
    .map((value, index) => ({ value, path: `/spec/taints/${index}` }))
    .filter(({ value }) => textAt(value, 'key') === key)
    .reverse()
    .flatMap(({ value, path }) => [
      { op: 'test' as const, path, value },
      { op: 'remove' as const, path },
    ]);
}
