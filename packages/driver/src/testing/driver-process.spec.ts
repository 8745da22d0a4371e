import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDriverProcess } from './driver-process.js';

let directory: string;
let executable: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lustre-csi-driver-process-'));
  executable = join(directory, 'ends-at-once.mjs');
  const shown = "[process.env.OF_THE_TEST, process.env.OF_THE_OPTION, 'REMOVED' in process.env]";
  writeFileSync(executable, `console.log(JSON.stringify(${shown})); process.exit(1);`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

it('adds variables to the environment of the test, removes others, and shows what a failed start printed', async () => {
  vi.stubEnv('OF_THE_TEST', 'inherited');
  vi.stubEnv('REMOVED', 'x');
  const environment = { OF_THE_OPTION: 'added', REMOVED: undefined };
  await expect(startDriverProcess({ executable, environment })).rejects.toThrow(
    'did not start (1): ["inherited","added",false]',
  );
});
