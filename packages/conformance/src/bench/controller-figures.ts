import { createRequest, readWriteMany, type TestedDriver } from '../testing/emulated-cloud.js';
import { testedDriverOf } from './dialects.js';
import type { EmulatedApi } from './emulated-api.js';
import type { Figure, Figures } from './figures.js';
import { measure, refuseEnded } from './measure.js';
import {
  answersOf,
  failuresOf,
  impatientProvisioner,
  provisionerOfChart,
  provisionerOfMany,
  provisionerOfRemains,
  runSidecar,
  type Outcome,
  type SidecarSettings,
} from './sidecar.js';
import type { Subject } from './subject.js';
import { peakMemoryOf, resetPeakMemory } from './usage.js';

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
  const parts = { subject, driver: testedDriverOf(subject), api, figures };
  for (const count of sizes.waiting) {
    const volumes = await measureCreation(parts, `${count} volumes created at once`, { count });
    // Figures that need volumes are left out, and so are larger sizes: a driver that creates nothing takes minutes for each.
    if (volumes.length === 0) return;
    if (count === sizes.expanded) await measureExpansion(parts, volumes);
    if (count === Math.max(...sizes.waiting)) await measureListing(parts, count, Math.max(1, count / 20));
    await measureDeletion(parts, volumes);
  }
  if (sizes.large) await measureLarge(parts, sizes.large);
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
    const run = { count: claims, key: 'large', settings: provisionerOfMany };
    volumes = await measureCreation(parts, `${claims} ${takes}`, run);
  });
  if (volumes.length === 0) return;
  await parts.api.whileCreationsTake(1, async () => {
    const further = createdOf(await createVolumes(parts, newNames(listed - claims), provisionerOfMany));
    await measureListing(parts, volumes.length + further.length, 100);
    await deleteVolumes(parts, further);
  });
  await measureDeletion(parts, volumes);
}

/** Volumes of the creations that did not fail. */
const createdOf = (outcomes: readonly Outcome<string>[]): readonly string[] =>
  outcomes.flatMap((outcome) => ('answer' in outcome ? [outcome.answer] : []));

const isLookup = (operation: string): boolean => /^(Describe|List)|\.(get|list)/.test(operation);

let made = 0;

/** Names for new volumes. */
const newNames = (count: number): readonly string[] =>
  Array.from({ length: count }, () => `bench-${process.pid}-${(made += 1)}`);

const createVolumes = (
  { subject, driver }: Parts,
  names: readonly string[],
  settings: SidecarSettings,
): ReturnType<typeof runSidecar<string>> =>
  runSidecar(settings, names, async (name, deadline) => {
    refuseEnded(subject);
    const { volume } = await subject.client.controller.createVolume(createRequest(driver, name), {
      deadline,
    });
    return volume?.volumeId ?? '';
  });

const deleteVolumes = ({ subject }: Parts, volumes: readonly string[]): ReturnType<typeof runSidecar> =>
  runSidecar(provisionerOfMany, volumes, async (volumeId, deadline) => {
    refuseEnded(subject);
    return subject.client.controller.deleteVolume({ volumeId, secrets: {} }, { deadline });
  });

interface CreationRun {
  readonly count: number;
  /** Begin of the figures' names. */
  readonly key?: string;
  readonly settings?: SidecarSettings;
}

/** @returns the volumes; none where a creation failed: then those that exist have been deleted */
async function measureCreation(
  parts: Parts,
  what: string,
  { count, key: prefix = 'create', settings = provisionerOfChart }: CreationRun,
): Promise<readonly string[]> {
  const { subject, driver, api, figures } = parts;
  const figure = (key: string, title: string, unit = ''): Figure => ({
    key: `${prefix}.${key}.${count}`,
    title: `${what}: ${title}`,
    unit,
  });
  const group = {
    calls: figure('calls', 'API calls'),
    lookups: figure('lookups', 'of these, lookups'),
    delay: figure('delay', 'delay after the cloud was done', 's'),
    memory: figure('memory', 'peak of the resident memory', 'MB'),
  };
  const names = newNames(count);
  let outcomes: readonly Outcome<string>[] = [];
  const isMeasured = await measure(subject, figures, group, async () => {
    const began = performance.now();
    resetPeakMemory(subject.pid);
    const calls = await api.during(driver.cloud, async () => {
      outcomes = await createVolumes(parts, names, settings);
    });
    const seconds = (performance.now() - began) / 1000;
    const memory = peakMemoryOf(subject.pid) / 1e6;
    answersOf(outcomes);
    const delay = Math.max(0, seconds - api.durations.createSeconds);
    return { calls: calls.length, lookups: calls.filter(isLookup).length, delay, memory };
  });
  if (isMeasured) return createdOf(outcomes);
  // The driver may have created volumes without an answer. They would be in the listings of all further figures.
  await deleteVolumes(parts, createdOf(await createVolumes(parts, names, provisionerOfRemains)));
  return [];
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
  await measure(subject, figures, lookupsOf('expand', 'expanded', volumes.length), async () => {
    let outcomes: readonly Outcome<unknown>[] = [];
    const calls = await api.during(driver.cloud, async () => {
      outcomes = await Promise.all(volumes.map((volumeId) => outcomeOf(expand(volumeId))));
    });
    return { lookups: calls.filter(isLookup).length, failures: failuresUnlessAll(outcomes) };
  });
}

const outcomeOf = (call: Promise<unknown>): Promise<Outcome<unknown>> =>
  call.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );

/** Number of failures. @throws the first, where all calls failed: then nothing was measured */
function failuresUnlessAll(outcomes: readonly Outcome<unknown>[]): number {
  const failures = failuresOf(outcomes);
  if (failures === outcomes.length) answersOf(outcomes);
  return failures;
}

/** Figures of work for many volumes at once. */
function lookupsOf(
  key: string,
  done: string,
  count: number,
): Readonly<Record<'lookups' | 'failures', Figure>> {
  const what = `${count} volumes ${done} at once`;
  return {
    lookups: { key: `${key}.lookups.${count}`, title: `${what}: lookups`, unit: '' },
    failures: { key: `${key}.failures.${count}`, title: `${what}: failures`, unit: '' },
  };
}

async function measureListing(
  { subject, driver, api, figures }: Parts,
  count: number,
  pageSize: number,
): Promise<void> {
  const maxEntries = Math.floor(pageSize);
  const what = `list ${count} volumes in pages of ${maxEntries}`;
  const group = {
    calls: { key: `list.calls.${count}`, title: `${what}: API calls`, unit: '' },
    time: { key: `list.time.${count}`, title: `${what}: time`, unit: 's' },
  };
  await measure(subject, figures, group, async () => {
    const began = performance.now();
    const calls = await api.during(driver.cloud, () => listAll(subject, maxEntries));
    return { calls: calls.length, time: (performance.now() - began) / 1000 };
  });
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
  await measure(subject, figures, lookupsOf('delete', 'deleted', volumes.length), async () => {
    let outcomes: readonly Outcome<unknown>[] = [];
    const calls = await api.during(driver.cloud, async () => {
      outcomes = await deleteVolumes(parts, volumes);
    });
    return { lookups: calls.filter(isLookup).length, failures: failuresUnlessAll(outcomes) };
  });
}
