import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

// V8 knows its flags by name only: a release without this one prints a line, and continues.
it('sets a flag that this release of Node.js knows', () => {
  const module = new URL('../../dist/commands/heap-growth.js', import.meta.url).href;
  const program = `import { limitHeapGrowth } from ${JSON.stringify(module)}; await limitHeapGrowth(); console.log('set');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual(['set\n', '']);
});
