// The calls of external-health-monitor-controller, which makes events of claims from them: its capabilities at the start, then
// ListVolumes from page to page, or ControllerGetVolume for each volume, every five minutes.
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ControllerServiceCapability_RPC_Type as Rpc,
  ListVolumesRequest,
  PluginCapability_Service_Type as Service,
} from '../gen/csi.js';
import type { FileSystem, FileSystemState } from '../model/file-system.js';
import { MemoryDriver, creation, failureOf } from './testing/memory-driver.js';

let driver: MemoryDriver;
beforeEach(async () => {
  driver = await MemoryDriver.start();
  driver.settleAtOnce();
});
afterEach(() => driver.close());

interface Condition {
  readonly abnormal: boolean;
  readonly message: string;
}

/** Conditions by volume, as the monitor collects them. */
async function listed(maxEntries: number): Promise<ReadonlyMap<string, Condition | undefined>> {
  const conditions = new Map<string, Condition | undefined>();
  let startingToken = '';
  do {
    const request = ListVolumesRequest.fromPartial({ maxEntries, startingToken });
    const { entries, nextToken } = await driver.client.controller.listVolumes(request);
    for (const { volume, status: found } of entries)
      conditions.set(volume?.volumeId ?? '', found?.volumeCondition);
    startingToken = nextToken;
  } while (startingToken !== '');
  return conditions;
}

/** Puts the file system of a volume into a state. */
function become(id: string, state: FileSystemState, stateDetail: string): void {
  const fileSystem = driver.cloud.fileSystems.get(id) as FileSystem;
  driver.cloud.fileSystems.set(id, { ...fileSystem, state, cloudState: state.toUpperCase(), stateDetail });
}

async function volumes(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1)
    await driver.client.controller.createVolume(creation({ name: `pvc-${number}` }));
}

describe('the health monitor', () => {
  it('finds the capabilities that it needs', async () => {
    const plugin = await driver.client.identity.getPluginCapabilities({});
    expect(plugin.capabilities.map(({ type }) => type?.$case === 'service' && type.value.type)).toContain(
      Service.CONTROLLER_SERVICE,
    );
    const { capabilities } = await driver.client.controller.controllerGetCapabilities({});
    const rpcs = capabilities.map(({ type }) => type?.value.type);
    for (const rpc of [Rpc.LIST_VOLUMES, Rpc.GET_VOLUME, Rpc.VOLUME_CONDITION]) expect(rpcs).toContain(rpc);
  });

  it('gets the condition of each volume, for pages of any size', async () => {
    await volumes(5);
    become('fs-2', 'impaired', 'a server is degraded');
    for (const maxEntries of [0, 1, 2]) {
      const conditions = await listed(maxEntries);
      expect([...conditions.keys()].sort()).toEqual(['fs-1', 'fs-2', 'fs-3', 'fs-4', 'fs-5']);
      expect([...conditions].filter(([, condition]) => condition?.abnormal).map(([id]) => id)).toEqual([
        'fs-2',
      ]);
    }
  });

  it.each([
    ['available', false, true],
    ['updating', false, true],
    ['impaired', true, true],
    // No volumes any more, or yet: the monitor reports a claim with one of them as lost.
    ['failed', true, false],
    ['deleting', true, false],
  ] as const)('gets the condition of a volume that is %s', async (state, abnormal, isListed) => {
    await volumes(1);
    become('fs-1', state, 'words of the cloud');
    const got = await driver.client.controller.controllerGetVolume({ volumeId: 'fs-1' });
    expect(got.status?.volumeCondition?.abnormal).toBe(abnormal);
    expect(got.status?.volumeCondition?.message).toContain(`fs-1 is ${state.toUpperCase()}`);
    if (abnormal) expect(got.status?.volumeCondition?.message).toContain('words of the cloud');
    expect((await listed(0)).get('fs-1')).toEqual(isListed ? got.status?.volumeCondition : undefined);
  });

  it('learns that a volume is gone', async () => {
    await volumes(2);
    driver.cloud.fileSystems.delete('fs-1');
    const error = await failureOf(driver.client.controller.controllerGetVolume({ volumeId: 'fs-1' }));
    expect(error.code).toBe(status.NOT_FOUND);
    expect([...(await listed(0)).keys()]).toEqual(['fs-2']);
  });

  it('learns nothing from a cloud that does not answer: no volume counts as gone', async () => {
    await volumes(1);
    driver.cloud.before = () => {
      throw new Error('the cloud does not answer');
    };
    for (const call of [
      driver.client.controller.controllerGetVolume({ volumeId: 'fs-1' }),
      driver.client.controller.listVolumes(ListVolumesRequest.fromPartial({})),
    ]) {
      const { code } = await failureOf(call);
      expect(code).not.toBe(status.NOT_FOUND);
    }
  });
});
