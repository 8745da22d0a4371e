// One volume name has one file system, also after a failed creation. The controllers are processes, and their killing SIGKILL;
// the storm of the same kind is one-name-storm.slow.spec.ts.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedDrivers } from '../testing/emulated-cloud.js';
import { Claim, fileSystemsByClaim } from './claim.js';
import { Controllers } from './controllers.js';

const options = { durations: { createSeconds: 0.4, deleteSeconds: 0.3 }, aws: { pageSize: 50 } };
const patience = { callMs: 5000, totalMs: 15_000 };

describe.each(testedDrivers)('$driverName: one creation fails', (tested) => {
  let controllers: Controllers;
  afterEach(() => controllers.stop());

  const start = async (count: number): Promise<Claim> => {
    controllers = await Controllers.start(tested.driverName, count, options);
    const failure = { kind: 'fail-creation', operation: tested.creation, message: 'No room.' } as const;
    controllers.emulator.faults.add(failure);
    return new Claim(controllers, tested, 'pvc-1', patience);
  };
  const expectOne = async (volumeIds: readonly string[]): Promise<void> => {
    const [id = '', ...others] = new Set(volumeIds);
    expect(others).toEqual([]);
    await vi.waitFor(() => expect(fileSystemsByClaim(controllers, tested)).toHaveLength(1), 5000);
    const [only] = fileSystemsByClaim(controllers, tested);
    expect(only?.state).toMatch(/^(AVAILABLE|Succeeded)$/);
    expect(id.split('#')[0]).toBe(only?.id);
  };

  it('one that is killed while its second creation is on its way leaves one', async () => {
    const claim = await start(2);
    controllers.emulator.faults.add({ kind: 'slow', seconds: 1, operation: tested.creation, skip: 1 });
    const killed = controllers.killAt(0, tested.creation, 2);
    const answers = claim.create([0]);
    await killed;
    await expectOne([...(await claim.create([1])), ...(await answers)]);
  });

  it('two without leader election leave one', async () => {
    const claim = await start(2);
    await expectOne(await claim.create([0, 1]));
    // What a request that was late has left is removed by the call that each provisioner repeats.
    await expectOne(await claim.create([0, 1]));
  });
});
