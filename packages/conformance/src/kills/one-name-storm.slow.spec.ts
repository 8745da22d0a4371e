// Two controllers without leader election create and delete volumes while they are killed, and while the cloud fails creations,
// throttles, cuts connections, answers late and forgets idempotency tokens at once. No volume name ever has two answers, and in
// the end each volume has one file system, and nothing else exists. LUSTRE_CSI_STORM_SEED repeats a storm.
import type { Fault } from '@lustre-csi/cloud-emulator';
import { describe, expect, it, vi } from 'vitest';
import { allDrivers, type TestedDriver } from '../testing/emulated-cloud.js';
import { Claim, fileSystemsByClaim } from './claim.js';
import { Controllers } from './controllers.js';

const OPERATIONS = 2000;
const CONCURRENT_CLAIMS = 40;
const BOTH = [0, 1] as const;

/** Calls of the driver for each fault, so that a busy machine does not meet more faults a call than an idle one. */
const CALLS_PER_FAULT = 4;
/** Faults that wait at once for the request that they meet. */
const WAITING_FAULTS = 8;
/** Calls of the driver for each kill of a controller. */
const CALLS_PER_KILL = 200;

const options = {
  durations: { createSeconds: 0.8, deleteSeconds: 0.6, tokenSeconds: 1 },
  aws: { pageSize: 100 },
  azure: { pageSize: 100 },
  google: { pageSize: 100 },
  oci: { pageSize: 100 },
} as const;

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const operationsOf: Readonly<Record<TestedDriver['cloud'], readonly string[]>> = {
  aws: ['CreateFileSystem', 'DeleteFileSystem', 'DescribeFileSystems', 'TagResource'],
  azure: [
    'amlFilesystems.createOrUpdate',
    'amlFilesystems.delete',
    'amlFilesystems.get',
    'amlFilesystems.listByResourceGroup',
  ],
  google: ['CreateInstance', 'DeleteInstance', 'GetInstance', 'ListInstances'],
  oci: ['CreateLustreFileSystem', 'DeleteLustreFileSystem', 'GetLustreFileSystem', 'ListLustreFileSystems'],
};

class Storm {
  readonly #random: () => number;
  readonly #kept = new Map<string, string>();
  #operations = 0;
  #claims = 0;
  #kills = 0;
  readonly #over = new AbortController();
  readonly #ended = new Promise((resolve) => this.#over.signal.addEventListener('abort', resolve));
  #killing: Promise<void> = Promise.resolve();

  constructor(
    private readonly controllers: Controllers,
    private readonly tested: TestedDriver,
    seed: number,
  ) {
    this.#random = randomFrom(seed);
  }

  /** @returns volume ids of the claims that were not deleted, by name */
  async run(): Promise<ReadonlyMap<string, string>> {
    await Promise.all(Array.from({ length: CONCURRENT_CLAIMS }, () => this.#claim()));
    this.#over.abort();
    await this.#killing;
    this.controllers.emulator.faults.clear();
    return this.#kept;
  }

  /** Repeats the calls of the claims that are left, as a provisioner does that was interrupted. */
  async repeat(): Promise<void> {
    for (const [name, id] of this.#kept) {
      expect(await this.#newClaim(name).create(BOTH)).toEqual([id, id]);
    }
  }

  summary(): string {
    return `${this.#operations} operations of ${this.#claims} claims, ${this.#kills} kills, ${this.#kept.size} volumes left`;
  }

  get operations(): number {
    return this.#operations;
  }

  async #claim(): Promise<void> {
    while (this.#operations < OPERATIONS) {
      const claim = this.#newClaim(`pvc-${(this.#claims += 1)}`);
      const [id = '', other] = await claim.create(BOTH);
      expect(other, claim.name).toBe(id);
      if (this.#random() < 0.2) this.#kept.set(claim.name, id);
      else await claim.delete(id, BOTH);
    }
  }

  #newClaim(name: string): Claim {
    return new Claim(this.controllers, this.tested, name, {
      callMs: 500 + this.#random() * 3000,
      totalMs: 300_000,
      onCall: () => this.#called(),
    });
  }

  #called(): void {
    this.#operations += 1;
    if (this.#operations >= OPERATIONS) return;
    const { faults } = this.controllers.emulator;
    const isFaulty = this.#operations % CALLS_PER_FAULT === 0 && faults.list().length < WAITING_FAULTS;
    if (isFaulty) faults.add(this.#nextFault());
    if (this.#operations % CALLS_PER_KILL === 0) this.#killing = this.#killing.then(() => this.#kill());
  }

  #nextFault(): Fault {
    const { cloud, creation } = this.tested;
    const when = this.#pick(['before', 'after'] as const);
    const operation = this.#pick(operationsOf[cloud]);
    return this.#pick<Fault>([
      { kind: 'fail-creation', cloud, operation: creation, message: 'No room.' },
      { kind: 'throttle', cloud, operation },
      { kind: 'error', cloud, operation, when },
      { kind: 'reset', cloud, operation, when },
      { kind: 'slow', cloud, operation, when, seconds: this.#random() * 0.5 },
    ]);
  }

  async #kill(): Promise<void> {
    if (this.#over.signal.aborted) return;
    const operation = this.#pick(operationsOf[this.tested.cloud]);
    await Promise.race([this.controllers.killAt(this.#pick(BOTH), operation), this.#ended]);
    this.#kills += 1;
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }
}

const usableState = { aws: 'AVAILABLE', azure: 'Succeeded', google: 'ACTIVE', oci: 'ACTIVE' } as const;

describe.each(allDrivers)('$driverName: a storm over two controllers', (tested) => {
  it('leaves one file system for each volume', { timeout: 900_000, retry: 0 }, async () => {
    const seed = Number(process.env['LUSTRE_CSI_STORM_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    process.stdout.write(`${tested.driverName}: LUSTRE_CSI_STORM_SEED=${seed}\n`);
    const controllers = await Controllers.start(tested.driverName, BOTH.length, options);
    try {
      const storm = new Storm(controllers, tested, seed);
      const kept = await storm.run();
      await storm.repeat();
      process.stdout.write(`${tested.driverName}: ${storm.summary()}\n`);
      expect(storm.operations).toBeGreaterThanOrEqual(OPERATIONS);
      const wanted = [...kept].map(([claim, id]) => ({
        claim,
        id: id.split(/[#:]/)[0],
        state: usableState[tested.cloud],
      }));
      const byName = (a: { claim: string }, b: { claim: string }): number => (a.claim < b.claim ? -1 : 1);
      await vi.waitFor(
        () => expect([...fileSystemsByClaim(controllers, tested)].sort(byName)).toEqual(wanted.sort(byName)),
        { timeout: 10_000, interval: 200 },
      );
    } finally {
      await controllers.stop();
    }
  });
});
