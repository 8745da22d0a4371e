import { setTimeout as delay } from 'node:timers/promises';
import { createRequest, readWriteMany, testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';
import type { EmulatedApi } from './emulated-api.js';
import type { Figures } from './figures.js';
import type { Subject } from './subject.js';
import { memoryOf } from './usage.js';

export interface ControllerSizes {
  /** Numbers of volumes that wait at once. */
  readonly waiting: readonly number[];
  readonly expanded: number;
}

/** Calls of one client that the server counts anyway: not part of the cost of volumes. */
const DEADLINE_MS = 300_000;

let made = 0;

/** Measures creation, listing, expansion and deletion of whole file systems. */
export async function measureController(
  subject: Subject,
  { api, figures, sizes }: { api: EmulatedApi; figures: Figures; sizes: ControllerSizes },
): Promise<void> {
  const driver = testedDrivers.find(({ driverName }) => driverName === subject.driverName);
  if (!driver)
    throw new Error(`${subject.name} is ${subject.driverName}, for which there is no emulated cloud`);
  for (const count of sizes.waiting) {
    const run = { subject, driver, api, figures, count };
    const volumes = await measureCreation(run);
    if (count === sizes.expanded) await measureExpansion(run, volumes);
    if (count === Math.max(...sizes.waiting)) await measureListing(run);
    await measureDeletion(run, volumes);
  }
}

interface Run {
  readonly subject: Subject;
  readonly driver: TestedDriver;
  readonly api: EmulatedApi;
  readonly figures: Figures;
  readonly count: number;
}

const isLookup = (operation: string): boolean => /^(Describe|List)|\.(get|list)/.test(operation);

async function measureCreation({ subject, driver, api, figures, count }: Run): Promise<readonly string[]> {
  const names = Array.from({ length: count }, () => `bench-${process.pid}-${(made += 1)}`);
  const began = performance.now();
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, memoryOf(subject.pid).residentBytes)), 250);
  let volumes: readonly string[] = [];
  const calls = await api.during(driver.cloud, async () => {
    volumes = await Promise.all(names.map((name) => createVolume(subject, driver, name)));
  });
  clearInterval(sampling);
  const seconds = (performance.now() - began) / 1000 - api.durations.createSeconds;
  const what = `${count} volumes created at once`;
  const add = (key: string, title: string, unit: string, value: number): void =>
    figures.add(subject.name, { key: `${key}.${count}`, title: `${what}: ${title}`, unit }, value);
  add('create.calls', 'API calls', '', calls.length);
  add('create.lookups', 'of these, lookups', '', calls.filter(isLookup).length);
  add('create.delay', 'delay after the cloud was done', 's', Math.max(0, seconds));
  add('create.memory', 'peak of the resident memory', 'MB', peak / 1e6);
  return volumes;
}

/** Calls as external-provisioner does: again until it gets an answer that is final. */
async function createVolume({ client }: Subject, driver: TestedDriver, name: string): Promise<string> {
  const giveUp = Date.now() + DEADLINE_MS;
  for (let pause = 1_000; ; pause = Math.min(2 * pause, 10_000)) {
    try {
      const { volume } = await client.controller.createVolume(createRequest(driver, name), {
        deadline: giveUp,
      });
      return volume?.volumeId ?? '';
    } catch (error) {
      if (!isRepeated(error) || Date.now() > giveUp) throw error;
      await delay(pause);
    }
  }
}

/** gRPC codes after which the sidecars repeat a call: DEADLINE_EXCEEDED, ABORTED, UNAVAILABLE. */
const isRepeated = (error: unknown): boolean => [4, 10, 14].includes((error as { code?: number }).code ?? 0);

async function measureExpansion(
  { subject, driver, api, figures }: Run,
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
  const what = `${volumes.length} volumes expanded at once`;
  const size = volumes.length;
  figures.add(
    subject.name,
    { key: `expand.lookups.${size}`, title: `${what}: lookups`, unit: '' },
    calls.filter(isLookup).length,
  );
  figures.add(
    subject.name,
    { key: `expand.failures.${size}`, title: `${what}: failures`, unit: '' },
    failures,
  );
}

async function measureListing({ subject, driver, api, figures, count }: Run): Promise<void> {
  const maxEntries = Math.max(1, Math.floor(count / 20));
  const began = performance.now();
  let isServed = true;
  const calls = await api.during(driver.cloud, async () => {
    isServed = await listAll(subject, maxEntries).then(
      () => true,
      () => false,
    );
  });
  if (!isServed) return;
  const what = `list ${count} volumes in pages of ${maxEntries}`;
  figures.add(
    subject.name,
    { key: `list.calls.${count}`, title: `${what}: API calls`, unit: '' },
    calls.length,
  );
  figures.add(
    subject.name,
    { key: `list.time.${count}`, title: `${what}: time`, unit: 's' },
    (performance.now() - began) / 1000,
  );
}

async function listAll({ client }: Subject, maxEntries: number): Promise<void> {
  let startingToken = '';
  do {
    const page = await client.controller.listVolumes({ maxEntries, startingToken });
    startingToken = page.nextToken;
  } while (startingToken !== '');
}

async function measureDeletion(
  { subject, driver, api, figures, count }: Run,
  volumes: readonly string[],
): Promise<void> {
  let failures = 0;
  const calls = await api.during(driver.cloud, async () => {
    const outcomes = await Promise.allSettled(
      volumes.map((volumeId) =>
        subject.client.controller.deleteVolume(
          { volumeId, secrets: {} },
          { deadline: Date.now() + DEADLINE_MS },
        ),
      ),
    );
    failures = outcomes.filter(({ status }) => status === 'rejected').length;
  });
  const what = `${count} volumes deleted at once`;
  figures.add(
    subject.name,
    { key: `delete.lookups.${count}`, title: `${what}: lookups`, unit: '' },
    calls.filter(isLookup).length,
  );
  figures.add(
    subject.name,
    { key: `delete.failures.${count}`, title: `${what}: failures`, unit: '' },
    failures,
  );
}
