import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type RunningServer } from '@lustre-csi/core/server';
import { ManualClock, RememberedLog } from '@lustre-csi/core/testing';
import { csi } from '@lustre-csi/core/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StandInKubelet } from '../testing/stand-in-kubelet.js';
import { PluginRegistration } from './plugin-registration.js';

const driverName = 'my.driver';

let root: string;
let directory: string;
let socket: string;
let driver: RunningServer;
let kubelet: StandInKubelet;
let clock: ManualClock;
let log: RememberedLog;
let registration: PluginRegistration;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'plugin-registration-'));
  directory = join(root, 'plugins_registry');
  socket = join(directory, `${driverName}-reg.sock`);
  mkdirSync(directory);
  [clock, log] = [new ManualClock(), new RememberedLog()];
  const endpoint = join(root, 'csi.sock');
  const nodeGetInfo = async () => ({
    nodeId: 'node-1',
    maxVolumesPerNode: 0n,
    accessibleTopology: undefined,
  });
  const services = [{ definition: csi.NodeService, methods: { nodeGetInfo } }];
  driver = await serve({ endpoint: { kind: 'unix', path: endpoint }, services, log });
  kubelet = new StandInKubelet(directory);
  registration = new PluginRegistration({ driverName, endpoint, directory, log, clock });
});

afterEach(async () => {
  await registration.stop();
  await kubelet.stop();
  await driver.stop(0);
  rmSync(root, { recursive: true });
});

const happened = (...events: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(kubelet.events).toEqual(events), { interval: 10, timeout: 5_000 });
const registered = `registered ${driverName} at `;

describe('PluginRegistration', () => {
  it('is not registered before kubelet says so', async () => {
    kubelet.failure = 'not yet';
    await expect(registration.requireRegistered()).rejects.toThrow('kubelet has not called yet');
    await registration.start();
    await registration.requireSocket();
    await happened(`refused ${driverName}: not yet`);
    await expect(registration.requireRegistered()).rejects.toThrow('not registered the driver: not yet');
  });

  it('registers the driver, and unregisters it when it ends', async () => {
    await registration.start();
    await happened(`${registered}${join(root, 'csi.sock')}`);
    expect(kubelet.registered).toEqual([driverName]);
    await vi.waitFor(() => registration.requireRegistered(), { interval: 10, timeout: 5_000 });
    await registration.stop();
    expect(existsSync(socket)).toBe(false);
    await happened(`${registered}${join(root, 'csi.sock')}`, `unregistered ${driverName}`);
  });

  it('announces itself again after a failure, with growing pauses', async () => {
    kubelet.failure = 'the API server is down';
    await registration.start();
    const began = clock.now();
    for (const seconds of [1, 3, 7]) {
      await vi.waitFor(() => expect(clock.waiting).toBe(1), { interval: 10, timeout: 5_000 });
      if (seconds === 7) kubelet.failure = undefined;
      await clock.next();
      expect(clock.now() - began).toBe(seconds * 1000);
    }
    await vi.waitFor(() => registration.requireRegistered(), { interval: 10, timeout: 5_000 });
    await vi.waitFor(() => expect(kubelet.events).toHaveLength(4));
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(3);
    expect(clock.waiting).toBe(0);
  });

  it('makes its socket again when it was removed, and looks registered only then', async () => {
    await registration.start();
    await vi.waitFor(() => registration.requireRegistered(), { interval: 10, timeout: 5_000 });
    rmSync(socket);
    await expect(registration.requireSocket()).rejects.toThrow('was removed; the driver makes it again');
    await expect(registration.requireRegistered()).rejects.toThrow('was removed');
    await expect(registration.requireSocket()).rejects.toThrow();
    expect(clock.waiting).toBe(1);
    await clock.next();
    await vi.waitFor(() => registration.requireRegistered(), { interval: 10, timeout: 5_000 });
    await registration.requireSocket();
    const at = `${registered}${join(root, 'csi.sock')}`;
    await happened(at, `unregistered ${driverName}`, at);
  });

  it('refuses a directory in which it cannot listen, and names the flag', async () => {
    const path = join(root, 'csi.sock', 'x');
    const wrong = new PluginRegistration({ driverName, endpoint: '/x', directory: path, log });
    await expect(wrong.start()).rejects.toThrow('--plugin-registration-path: ');
  });
});
