import { createRequest, readWriteMany, testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';
import type { EmulatedApi } from './emulated-api.js';
import type { Figures } from './figures.js';
import {
  answersOf,
  failuresOf,
  impatientProvisioner,
  provisionerOfChart,
  runSidecar,
  type SidecarSettings,
} from './sidecar.js';
import type { Subject } from './subject.js';
import { memoryOf } from './usage.js';

export interface ControllerSizes {
  /** Numbers of volumes that wait at once. */
  readonly waiting: readonly number[];
  readonly expanded: number;
  /** Sizes that take minutes; absent: not measured. */
  readonly large?: LargeSizes;
}

/** Sizes of a large account. */
export interface LargeSizes {
  /** Volumes that are created at once, and that are deleted at once. */
  readonly claims: number;
  /** Seconds of each of these creations. */
  readonly createSeconds: number;
  /** Volumes that a sidecar with its default timeout waits for, each as long. */
  readonly impatient: number;
  /** Volumes that are listed. */
  readonly listed: number;
}

/** Time of calls that no sidecar repeats. Milliseconds. */
const DEADLINE_MS = 300_000;

/** Subnet of the emulated AWS that has room for thousands of file systems. */
const LARGE_SUBNET = { subnetId: 'subnet-0aaaaaaaaaaaaaaa4' };

interface Parts {
  readonly subject: Subject;
  readonly driver: TestedDriver;
  readonly api: EmulatedApi;
  readonly figures: Figures;
}

/** Measures creation, listing, expansion and deletion of whole file systems. */
export async function measureController(
  subject: Subject,
  { api, figures, sizes }: { api: EmulatedApi; figures: Figures; sizes: ControllerSizes },
): Promise<void> {
  const parts = { subject, driver: driverOf(subject), api, figures };
  for (const count of sizes.waiting) {
    const volumes = await measureCreation(parts, `${count} volumes created at once`, { count });
    if (count === sizes.expanded) await measureExpansion(parts, volumes);
    if (count === Math.max(...sizes.waiting)) await measureListing(parts, count, Math.max(1, count / 20));
    await measureDeletion(parts, volumes);
  }
  if (sizes.large) await measureLarge(parts, sizes.large);
}

function driverOf(subject: Subject): TestedDriver {
  const driver = testedDrivers.find(({ driverName }) => driverName === subject.driverName);
  if (!driver)
    throw new Error(`${subject.name} is ${subject.driverName}, for which there is no emulated cloud`);
  return driver.cloud === 'aws'
    ? { ...driver, parameters: { ...driver.parameters, ...LARGE_SUBNET } }
    : driver;
}

async function measureLarge(
  parts: Parts,
  { claims, createSeconds, impatient, listed }: LargeSizes,
): Promise<void> {
  const takes = `volumes of ${createSeconds} s created at once`;
  const long = (work: () => Promise<void>): Promise<void> =>
    parts.api.whileCreationsTake(createSeconds, work);
  await long(async () => {
    const title = `${impatient} ${takes}, --timeout 10s`;
    const run = { count: impatient, key: 'impatient', settings: impatientProvisioner };
    await deleteVolumes(parts, await measureCreation(parts, title, run));
  });
  let volumes: readonly string[] = [];
  await long(async () => {
    volumes = await measureCreation(parts, `${claims} ${takes}`, { count: claims, key: 'large' });
  });
  await parts.api.whileCreationsTake(1, async () => {
    const further = answersOf(await createVolumes(parts, listed - claims));
    await measureListing(parts, listed, 100);
    await deleteVolumes(parts, further);
  });
  await measureDeletion(parts, volumes);
}

const isLookup = (operation: string): boolean => /^(Describe|List)|\.(get|list)/.test(operation);

let made = 0;

function createVolumes(
  { subject, driver }: Parts,
  count: number,
  settings: SidecarSettings = provisionerOfChart,
): ReturnType<typeof runSidecar<string>> {
  const names = Array.from({ length: count }, () => `bench-${process.pid}-${(made += 1)}`);
  return runSidecar(settings, names, async (name, deadline) => {
    const { volume } = await subject.client.controller.createVolume(createRequest(driver, name), {
      deadline,
    });
    return volume?.volumeId ?? '';
  });
}

const deleteVolumes = ({ subject }: Parts, volumes: readonly string[]): ReturnType<typeof runSidecar> =>
  runSidecar(provisionerOfChart, volumes, (volumeId, deadline) =>
    subject.client.controller.deleteVolume({ volumeId, secrets: {} }, { deadline }),
  );

interface CreationRun {
  readonly count: number;
  /** Begin of the figures' names. */
  readonly key?: string;
  readonly settings?: SidecarSettings;
}

async function measureCreation(
  parts: Parts,
  what: string,
  { count, key: prefix = 'create', settings }: CreationRun,
): Promise<readonly string[]> {
  const { subject, driver, api, figures } = parts;
  const began = performance.now();
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, memoryOf(subject.pid).residentBytes)), 250);
  let volumes: readonly string[] = [];
  const calls = await api.during(driver.cloud, async () => {
    volumes = answersOf(await createVolumes(parts, count, settings));
  });
  clearInterval(sampling);
  const seconds = (performance.now() - began) / 1000;
  const add = (key: string, title: string, unit: string, value: number): void =>
    figures.add(subject.name, { key: `${prefix}.${key}.${count}`, title: `${what}: ${title}`, unit }, value);
  add('calls', 'API calls', '', calls.length);
  add('lookups', 'of these, lookups', '', calls.filter(isLookup).length);
  add('delay', 'delay after the cloud was done', 's', Math.max(0, seconds - api.durations.createSeconds));
  add('memory', 'peak of the resident memory', 'MB', peak / 1e6);
  return volumes;
}

async function measureExpansion(
  { subject, driver, api, figures }: Parts,
  volumes: readonly string[],
): Promise<void> {
  const requiredBytes = 2n * driver.capacityBytes;
  const expand = (volumeId: string): Promise<unknown> =>
    subject.client.controller.controllerExpandVolume(
      {
        volumeId,
        capacityRange: { requiredBytes, limitBytes: 0n },
        secrets: {},
        volumeCapability: readWriteMany(),
      },
      { deadline: Date.now() + DEADLINE_MS },
    );
  let failures = 0;
  const calls = await api.during(driver.cloud, async () => {
    const outcomes = await Promise.allSettled(volumes.map(expand));
    failures = outcomes.filter(({ status }) => status === 'rejected').length;
  });
  const size = volumes.length;
  const what = `${size} volumes expanded at once`;
  const add = (key: string, title: string, value: number): void =>
    figures.add(subject.name, { key: `expand.${key}.${size}`, title: `${what}: ${title}`, unit: '' }, value);
  add('lookups', 'lookups', calls.filter(isLookup).length);
  add('failures', 'failures', failures);
}

async function measureListing(
  { subject, driver, api, figures }: Parts,
  count: number,
  pageSize: number,
): Promise<void> {
  const maxEntries = Math.floor(pageSize);
  const began = performance.now();
  let isServed = true;
  const calls = await api.during(driver.cloud, async () => {
    isServed = await listAll(subject, maxEntries).then(
      () => true,
      () => false,
    );
  });
  if (!isServed) return;
  const seconds = (performance.now() - began) / 1000;
  const what = `list ${count} volumes in pages of ${maxEntries}`;
  const add = (key: string, title: string, unit: string, value: number): void =>
    figures.add(subject.name, { key: `list.${key}.${count}`, title: `${what}: ${title}`, unit }, value);
  add('calls', 'API calls', '', calls.length);
  add('time', 'time', 's', seconds);
}

async function listAll({ client }: Subject, maxEntries: number): Promise<void> {
  let startingToken = '';
  do {
    const page = await client.controller.listVolumes({ maxEntries, startingToken });
    startingToken = page.nextToken;
  } while (startingToken !== '');
}

async function measureDeletion(parts: Parts, volumes: readonly string[]): Promise<void> {
  const { subject, driver, api, figures } = parts;
  let failures = 0;
  const calls = await api.during(driver.cloud, async () => {
    failures = failuresOf(await deleteVolumes(parts, volumes));
  });
  const size = volumes.length;
  const what = `${size} volumes deleted at once`;
  const add = (key: string, title: string, value: number): void =>
    figures.add(subject.name, { key: `delete.${key}.${size}`, title: `${what}: ${title}`, unit: '' }, value);
  add('lookups', 'lookups', calls.filter(isLookup).length);
  add('failures', 'failures', failures);
}
