// The guide "Writing a provider", followed step by step in a home directory of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { guideSteps } from '../docs/guide.js';
import { root } from './packed-packages.js';
import { runTool } from './run-tool.js';

const guide = readFileSync(join(root, 'docs/guides/writing-a-provider.md'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'lustre-csi-guide-'));
const project = join(home, 'my-driver');

afterAll(() => rmSync(home, { recursive: true }));

/** Settings of npm that it finds in the home directory otherwise. */
async function npmSettings(): Promise<NodeJS.ProcessEnv> {
  const get = async (key: string): Promise<string> =>
    (await runTool('npm', ['config', 'get', key], { cwd: tmpdir() })).trim();
  return { npm_config_cache: await get('cache'), npm_config_userconfig: await get('userconfig') };
}

it(
  'its steps give a driver that passes the provider contract and serves CSI',
  { timeout: 300_000 },
  async () => {
    const environment = { ...(await npmSettings()), HOME: home };
    let cwd = root;
    const printed: string[] = [];
    for (const step of guideSteps(guide)) {
      if (step.kind === 'file') {
        mkdirSync(dirname(join(project, step.path)), { recursive: true });
        writeFileSync(join(project, step.path), step.text);
        cwd = project;
        continue;
      }
      // The last command serves until it is stopped.
      const commands = step.commands.filter((command) => !command.startsWith('node dist/main.js '));
      printed.push(await runTool('bash', ['-ec', commands.join('\n')], { cwd, environment }));
    }
    expect(printed.join('\n').replace(/\x1b\[[0-9;]*m/g, '')).toMatch(/Tests\s+22 passed \(22\)/);
    const driver = await startDriverProcess({ executable: join(project, 'dist/main.js') });
    try {
      expect((await driver.client.identity.getPluginInfo({})).name).toBe('lustre.csi.example.com');
    } finally {
      expect(await driver.stop()).toBe(0);
    }
  },
);
