import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { stateDirectory } from '../testing/directory-bench.js';
import { executable } from '../testing/lustre-csi.js';
import { boundedClient } from './bounded-client.js';
import { failureOf } from './measure.js';
import { sizeOfExecutable, sizeOfOurs } from './program-size.js';
import { untilServed } from './until-served.js';
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
  /** Size of the program on the disk. */
  readonly programBytes: number;
  stop(): Promise<void>;
}

/** Name of this repository's driver in the table. */
export const OURS = 'lustre-csi';

/** Flags with which the image runs the driver (`deploy/image/app.sh`), and its setting of malloc (`deploy/image/build.sh`). */
const NODE_FLAGS = '--max-semi-space-size=1';
const MALLOC_TRIM_THRESHOLD = '131072';

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
      MALLOC_TRIM_THRESHOLD_: MALLOC_TRIM_THRESHOLD,
      // Authorities of this machine, which cost a start and memory: pods have none unless their users give some.
      SSL_CERT_FILE: undefined,
      SSL_CERT_DIR: undefined,
    },
  });
  const startMs = performance.now() - began;
  const startCpuMs = cpuOf(driver.pid);
  return {
    name: OURS,
    driverName,
    client: boundedClient(driver.client),
    pid: driver.pid,
    hasController: mode === 'controller',
    hasNode: mode === 'node',
    startMs,
    startCpuMs,
    programBytes: sizeOfOurs(),
    stop: async () => void (await driver.stop()),
  };
}

/** Time in which another driver has to answer its first call: it may have been started just before. Milliseconds. */
const CONNECT_MS = 20_000;

/** Endpoint of the command line at which no driver answers. */
export class UnreachableDriver extends Error {}

/** Connects to a driver that another program starts: `unix:///path/csi.sock`.
 *  @throws {@link UnreachableDriver} if it does not answer; Error if the benchmark may not see its process */
export async function connectSubject(name: string, endpoint: string): Promise<Subject> {
  const path = /^unix:\/\/(\/.+)$/.exec(endpoint)?.[1];
  if (path === undefined) throw new Error(`--endpoint ${name}=${endpoint}: write unix:///path/csi.sock`);
  const client = boundedClient(connectCsi(endpoint));
  const deadline = Date.now() + CONNECT_MS;
  const info = await untilServed(
    path,
    () => client.identity.getPluginInfo({}, { deadline }),
    CONNECT_MS,
  ).catch((error: unknown) => {
    throw new UnreachableDriver(`${name} does not answer at ${endpoint}: ${failureOf(error).text}`, {
      cause: error,
    });
  });
  const pid = ownerOf(path);
  const serves = (answer: Promise<unknown>): Promise<boolean> =>
    answer.then(
      () => true,
      () => false,
    );
  return {
    name,
    driverName: info.name,
    client,
    pid,
    programBytes: sizeOfExecutable(pid),
    hasController: await serves(client.controller.controllerGetCapabilities({}, { deadline })),
    hasNode: await serves(client.node.nodeGetCapabilities({}, { deadline })),
    stop: async () => client.close(),
  };
}
