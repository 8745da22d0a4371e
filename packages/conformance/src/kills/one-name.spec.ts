// One volume name has one file system, also after a failed creation. The controllers are processes, and their killing SIGKILL;
// the storm of the same kind is one-name-storm.slow.spec.ts.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testedDrivers } from '../testing/emulated-cloud.js';
import { Claim, fileSystemsByClaim, type Held } from './claim.js';
import { Controllers } from './controllers.js';

const options = { durations: { createSeconds: 0.4, deleteSeconds: 0.3 }, aws: { pageSize: 50 } };
const patience = { callMs: 5000, totalMs: 15_000 };

describe.each(testedDrivers)('$driverName: one creation fails', (tested) => {
  let controllers: Controllers;
  beforeAll(async () => {
    controllers = await Controllers.start(tested.driverName, 2, options);
  });
  afterAll(() => controllers.stop());

  const claimOf = (name: string): Claim => {
    const failure = { kind: 'fail-creation', operation: tested.creation, message: 'No room.' } as const;
    controllers.emulator.faults.add(failure);
    return new Claim(controllers, tested, name, patience);
  };
  const expectOne = async ({ name }: Claim, volumeIds: readonly string[]): Promise<void> => {
    const held = (): readonly Held[] =>
      fileSystemsByClaim(controllers, tested).filter(({ claim }) => claim === name);
    const [id = '', ...others] = new Set(volumeIds);
    expect(others).toEqual([]);
    await vi.waitFor(() => expect(held()).toHaveLength(1), 5000);
    const [only] = held();
    expect(only?.state).toMatch(/^(AVAILABLE|Succeeded|ACTIVE)$/);
    expect(id.split('#')[0]).toBe(only?.id);
  };

  it('one that is killed while its second creation is on its way leaves one', async () => {
    const claim = claimOf('pvc-1');
    controllers.emulator.faults.add({ kind: 'slow', seconds: 1, operation: tested.creation, skip: 1 });
    const killed = controllers.killAt(0, tested.creation, 2);
    const answers = claim.create([0]);
    await killed;
    await expectOne(claim, [...(await claim.create([1])), ...(await answers)]);
  });

  it('two without leader election leave one', async () => {
    const claim = claimOf('pvc-2');
    await expectOne(claim, await claim.create([0, 1]));
    // What a request that was late has left is removed by the call that each provisioner repeats.
    await expectOne(claim, await claim.create([0, 1]));
  });
});
