// Import cycles between the files of a package. `import-x/no-cycle` leaves out `import type`; a cycle of types is one for the
// reader all the same.
//   node .ci/lint/cycles.mjs [ROOT]       prints each group of files that import each other; exits 1 when there is one
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from './files.mjs';
import { reportWhenRun } from './report.mjs';

/** Files that a file imports: values and types, exports from them, dynamic imports, `import('…')` types. */
const importsOf = (file) =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(dirname(file), specifier).replace(/\.js$/, '.ts'))
    .filter(existsSync);

/**
 * Groups of files of which each reaches each other one (Tarjan's strongly connected components).
 *
 * @param {Map<string, string[]>} graph
 * @returns {string[][]}
 */
const cyclesOf = (graph) => {
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const groups = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file), lowest.get(next)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || graph.get(file)?.includes(file)) groups.push(group.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return groups;
};

/**
 * Import cycles below a root, one a line.
 *
 * @param {string} root
 * @returns {string[]}
 */
export const cyclesBelow = (root) => {
  const graph = new Map(sourceFiles(root).map((file) => [file, importsOf(file)]));
  return cyclesOf(graph).map(
    (group) => `import cycle: ${group.map((file) => relative(root, file)).join(', ')}`,
  );
};

reportWhenRun(import.meta.url, cyclesBelow);
