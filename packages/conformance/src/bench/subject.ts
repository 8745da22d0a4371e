import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { stateDirectory } from '../testing/directory-bench.js';
import { executable } from '../testing/lustre-csi.js';
import { cpuOf, ownerOf } from './usage.js';

/** Driver that is measured: a process behind a CSI endpoint. */
export interface Subject {
  readonly name: string;
  readonly driverName: string;
  readonly client: CsiClient;
  readonly pid: number;
  readonly hasController: boolean;
  readonly hasNode: boolean;
  /** Milliseconds from the start of the process to the first answer; absent: another program started it. */
  readonly startMs?: number;
  /** CPU of that time, in milliseconds. */
  readonly startCpuMs?: number;
  stop(): Promise<void>;
}

/** Flags with which the image runs the driver (`deploy/image/app.sh`). */
const NODE_FLAGS = '--max-semi-space-size=1';

/** Value of `--max-waiting-calls` in the chart. */
const MAX_WAITING_CALLS = '80';

/** Starts this repository's driver with the settings of the chart. */
export async function startOurs(driverName: string, mode: 'controller' | 'node'): Promise<Subject> {
  const began = performance.now();
  const driver = await startDriverProcess({
    executable,
    driverName,
    mode,
    args: ['--state-dir', stateDirectory(), '--log-level', 'warn', '--max-waiting-calls', MAX_WAITING_CALLS],
    environment: {
      NODE_OPTIONS: [process.env['NODE_OPTIONS'], NODE_FLAGS].join(' '),
      // Authorities of this machine, which cost a start and memory: pods have none unless their users give some.
      SSL_CERT_FILE: undefined,
      SSL_CERT_DIR: undefined,
    },
  });
  const startMs = performance.now() - began;
  const startCpuMs = cpuOf(driver.pid);
  return {
    name: 'lustre-csi',
    driverName,
    client: driver.client,
    pid: driver.pid,
    hasController: mode === 'controller',
    hasNode: mode === 'node',
    startMs,
    startCpuMs,
    stop: async () => void (await driver.stop()),
  };
}

/** Connects to a driver that runs already: `unix:///path/csi.sock`. @throws Error if it does not answer */
export async function connectSubject(name: string, endpoint: string): Promise<Subject> {
  const path = /^unix:\/\/(\/.+)$/.exec(endpoint)?.[1];
  if (path === undefined) throw new Error(`--endpoint ${name}=${endpoint}: write unix:///path/csi.sock`);
  const client = connectCsi(endpoint);
  const deadline = Date.now() + 10_000;
  const info = await client.identity.getPluginInfo({}, { deadline });
  const serves = (answer: Promise<unknown>): Promise<boolean> =>
    answer.then(
      () => true,
      () => false,
    );
  return {
    name,
    driverName: info.name,
    client,
    pid: ownerOf(path),
    hasController: await serves(client.controller.controllerGetCapabilities({}, { deadline })),
    hasNode: await serves(client.node.nodeGetCapabilities({}, { deadline })),
    stop: async () => client.close(),
  };
}
