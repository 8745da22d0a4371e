import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { directoryKey } from '../directory-handle.js';
import { ScratchBase } from '../testing/scratch-base.js';

const VOLUMES = 400;
const program = fileURLToPath(
  new URL('../../../dist/directory/registry/directory-worker.child.js', import.meta.url),
);

let base: ScratchBase;
let worker: ChildProcess;

beforeEach(() => {
  base = new ScratchBase();
  worker = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
});
afterEach(() => {
  worker.kill();
  base.remove();
});

it('keeps the fate of a volume that another worker deletes at the same moment', async () => {
  const names = Array.from({ length: VOLUMES }, (_, index) => `pvc-${index}`);
  for (const name of names) base.make(name);
  let deleted = 0;
  const answers = createInterface({ input: worker.stdout! });
  answers.on('line', () => (deleted += 1));
  for (const name of names) {
    const task = { operation: 'delete', location: base.location, key: directoryKey(name) };
    worker.stdin!.write(`${JSON.stringify({ id: 1, ...task })}\n`);
  }
  const failures: string[] = [];
  while (deleted < VOLUMES) {
    failures.push(...base.sweep(true).failures);
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (!base.sweep(true).isDone);
  expect(failures).toEqual([]);
  for (const part of ['trash', 'fates', 'volumes']) expect(readdirSync(base.registry(part))).toEqual([]);
});
