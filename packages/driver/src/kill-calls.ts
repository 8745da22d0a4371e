import { setTimeout as delay } from 'node:timers/promises';
import { csi } from '@lustre-csi/core/client';
import type { DriverProcess } from './testing/driver-process.js';
import { createRequest, testedDrivers, type TestedDriver } from './testing/emulated-cloud.js';

const CALL_MS = 20_000;
/** Between two looks at a snapshot that is being taken: sidecars are slower. */
const LOOK_MS = 200;
export const GIB = 1024n ** 3n;

/** What a run is about: things of names of its own. */
export interface Given {
  readonly name: string;
  readonly volumeId: string;
  readonly snapshotId: string;
}

export const [aws, azure] = testedDrivers as readonly [TestedDriver, TestedDriver];
export const persistent = {
  ...aws,
  parameters: {
    subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
    deploymentType: 'PERSISTENT_2',
    perUnitStorageThroughput: '125',
    fileSystemTypeVersion: '2.15',
  },
};
export const within = (): { readonly deadline: number } => ({ deadline: Date.now() + CALL_MS });

type Parameters = Readonly<Record<string, string>>;

/** CreateVolume of a run's volume. */
export const create =
  (tested: TestedDriver, parameters: Parameters = {}) =>
  async (by: DriverProcess, { name }: Pick<Given, 'name'>): Promise<string> => {
    const request = createRequest(tested, name);
    const { volume } = await by.client.controller.createVolume(
      { ...request, parameters: { ...request.parameters, ...parameters } },
      within(),
    );
    return volume?.volumeId ?? '';
  };
export const takeSnapshot = async (by: DriverProcess, { name, volumeId }: Given): Promise<string> => {
  for (;;) {
    const { snapshot } = await by.client.controller.createSnapshot(
      csi.CreateSnapshotRequest.fromPartial({ name: `snapshot-${name}`, sourceVolumeId: volumeId }),
      within(),
    );
    if (snapshot?.readyToUse) return snapshot.snapshotId;
    await delay(LOOK_MS);
  }
};

export const nothing = async (_by: DriverProcess, name: string): Promise<Given> => ({
  name,
  volumeId: '',
  snapshotId: '',
});
export const volume =
  (tested: TestedDriver, parameters: Parameters = {}) =>
  async (by: DriverProcess, name: string): Promise<Given> => ({
    name,
    volumeId: await create(tested, parameters)(by, { name }),
    snapshotId: '',
  });
export const snapshot = async (by: DriverProcess, name: string): Promise<Given> => {
  const given = await volume(persistent)(by, name);
  return { ...given, snapshotId: await takeSnapshot(by, given) };
};

export const expandTo =
  (bytes: bigint) =>
  (by: DriverProcess, { volumeId }: Given): Promise<unknown> =>
    by.client.controller.controllerExpandVolume(
      csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { requiredBytes: bytes } }),
      within(),
    );
export const modify =
  (mutableParameters: Record<string, string>) =>
  (by: DriverProcess, { volumeId }: Given): Promise<unknown> =>
    by.client.controller.controllerModifyVolume({ volumeId, mutableParameters, secrets: {} }, within());
export const remove = (by: DriverProcess, { volumeId }: Given): Promise<unknown> =>
  by.client.controller.deleteVolume({ volumeId, secrets: {} }, within());
