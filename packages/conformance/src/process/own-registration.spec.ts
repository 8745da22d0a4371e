// A node plugin that registers itself with kubelet and serves its own health, as the chart's `node.registration: builtin` starts it.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandInKubelet, type DriverProcess } from '@lustre-csi/driver/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLustreCsi } from '../testing/lustre-csi.js';

const driverName = 'generic.lustre-csi';

let root: string;
let registry: string;
let kubelet: StandInKubelet;
/** Drivers that a failed test has left. */
let running: Set<DriverProcess>;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'own-registration-'));
  registry = join(root, 'plugins_registry');
  mkdirSync(registry);
  kubelet = new StandInKubelet(registry);
  running = new Set();
});
afterEach(async () => {
  for (const driver of running) await driver.kill();
  await kubelet.stop();
  rmSync(root, { recursive: true });
});

async function start(): Promise<DriverProcess> {
  const driver = await startLustreCsi({
    driverName,
    mode: 'node',
    endpoint: `unix://${root}/csi.sock`,
    args: [
      `--kubelet-registration-path=${root}/csi.sock`,
      `--plugin-registration-path=${registry}`,
      '--health-address=127.0.0.1:0',
      `--state-dir=${root}/state`,
    ],
  });
  running.add(driver);
  return driver;
}

/** Ends a driver as kubelet does.
 *  @returns its exit status */
async function stop(driver: DriverProcess): Promise<number> {
  running.delete(driver);
  return driver.stop();
}

const registered = `registered ${driverName} at `;
const happened = (...events: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(kubelet.events).toEqual(events), { interval: 20, timeout: 5_000 });

/** Address of health in the log of a driver. */
const healthOf = (driver: DriverProcess): string =>
  /"address":"(127\.0\.0\.1:\d+)","msg":"serving health"/.exec(driver.log())?.[1] ??
  expect.fail(driver.log());

describe('a node plugin without sidecars', () => {
  it('registers itself, and is unregistered by its end, not by a kill', async () => {
    const first = await start();
    await happened(`${registered}${root}/csi.sock`);
    running.delete(first);
    await first.kill();
    expect(kubelet.registered).toEqual([driverName]);
    const second = await start();
    const again = [
      `${registered}${root}/csi.sock`,
      `unregistered ${driverName}`,
      `${registered}${root}/csi.sock`,
    ];
    await happened(...again);
    expect(await stop(second)).toBe(0);
    expect(existsSync(`${registry}/${driverName}-reg.sock`)).toBe(false);
    await happened(...again, `unregistered ${driverName}`);
  });

  it('serves its liveness and its readiness, with what is missing', async () => {
    const driver = await start();
    await happened(`${registered}${root}/csi.sock`);
    const health = healthOf(driver);
    const live = await fetch(`http://${health}/healthz?verbose`);
    expect([live.status, await live.text()]).toEqual([200, '[+]csi ok\n[+]registration ok\n']);
    const ready = await fetch(`http://${health}/readyz?verbose`);
    expect(await ready.text()).toMatch(
      /^\[\+\]csi ok\n\[\+\]registration ok\n\[[+-]\]lustre-client (?:ok|failed: .*lustre.* \(module: .*; mount\.lustre: .*\))\n$/,
    );
    rmSync(`${registry}/${driverName}-reg.sock`);
    const lost = await fetch(`http://${health}/healthz`);
    expect([lost.status, await lost.text()]).toEqual([500, expect.stringContaining('was removed')]);
    await vi.waitFor(() => expect(kubelet.events).toHaveLength(3), { timeout: 5_000 });
    expect(kubelet.registered).toEqual([driverName]);
    process.kill(driver.pid, 'SIGSTOP');
    const stuck = fetch(`http://${health}/healthz`, { signal: AbortSignal.timeout(500) });
    await expect(stuck).rejects.toThrow('timeout');
    process.kill(driver.pid, 'SIGCONT');
    expect(await stop(driver)).toBe(0);
  });
});
