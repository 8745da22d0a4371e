import type { PatchOperation } from './kubernetes-node.js';
import { textAt } from './object-fields.js';

/** The effects of the taints that have this key: `NoExecute`, `NoSchedule`. Empty: the node has none. */
export function effectsOf(taints: readonly unknown[], key: string): readonly string[] {
  return taints
    .filter((taint) => textAt(taint, 'key') === key)
    .map((taint) => textAt(taint, 'effect') ?? 'no effect');
}

/** The JSON patch that takes away the taints with this key, and no other: each is tested where it stood before it is
 *  removed, so that the patch fails as a whole where somebody has changed the list meanwhile. From the end of the list
 *  on, since a removal moves what follows. */
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
