import { MemoryCloud, RememberedLog, memoryProvider } from '@lustre-csi/core/testing';
import { ConfigurationError, type Settings } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { startupTaintRemoval } from './startup-taint-removal.js';

const basis = ['--endpoint=unix:///csi.sock'];
const driver = { name: 'a-driver', providers: [memoryProvider(new MemoryCloud())] };

/** Settings of a command line, outside of a cluster. */
function settingsOf(...args: readonly string[]): {
  readonly settings: Settings;
  readonly warnings: readonly string[];
} {
  const invocation = readConfig(driver, { argv: [...basis, ...args], environment: {} });
  if (invocation.kind !== 'serve') throw new Error(`${invocation.kind} was requested`);
  return invocation.config;
}

async function logOf(...args: readonly string[]): Promise<RememberedLog['lines']> {
  const log = new RememberedLog();
  const { settings } = settingsOf(...args);
  const remove = await startupTaintRemoval(settings, {
    driverName: 'x',
    nodeId: 'n-1',
    log,
    isRegistered: () => true,
  });
  await remove(new AbortController().signal); // Ends without a signal: there is no taint to remove.
  return log.lines;
}

describe('--remove-not-ready-taint', () => {
  it.each([
    [[]],
    [['--remove-not-ready-taint']],
    [['--remove-not-ready-taint=true']],
    [['-remove-not-ready-taint=1']],
  ])('is on, and warns once that it has no effect outside of a cluster: %j', async (args) => {
    expect(await logOf(...args)).toEqual([
      {
        level: 'warn',
        fields: {},
        message: expect.stringMatching(
          /^--remove-not-ready-taint needs the Kubernetes API, and KUBERNETES_SERVICE_HOST is not set: .*=false\)$/,
        ) as string,
      },
    ]);
  });

  it.each(['--remove-not-ready-taint=false', '--remove-not-ready-taint=0', '-remove-not-ready-taint=F'])(
    'is off: %s',
    async (argument) => {
      expect(await logOf(argument)).toEqual([]);
    },
  );

  it('causes no warning about an ignored flag', () => {
    expect(settingsOf('--remove-not-ready-taint').warnings).toEqual([]);
  });

  it('refuses a value that is no boolean', async () => {
    const log = new RememberedLog();
    const { settings } = settingsOf('--remove-not-ready-taint=maybe');
    const refused = startupTaintRemoval(settings, {
      driverName: 'x',
      nodeId: 'n-1',
      log,
      isRegistered: () => true,
    });
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow('--remove-not-ready-taint is "maybe": write true or false');
  });
});
