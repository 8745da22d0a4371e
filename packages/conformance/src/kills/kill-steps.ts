import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '@lustre-csi/cloud-emulator';
import { csi, type CsiClient } from '@lustre-csi/core/client';
import { createRequest, type TestedDriver } from '../testing/emulated-cloud.js';

const CALL_MS = 20_000;

/** Interval between two checks of a snapshot in creation: sidecars are slower. */
const LOOK_MS = 500;

/** Resources of a run, with unique names. */
export interface Given {
  readonly name: string;
  readonly volumeId: string;
  readonly snapshotId: string;
}

/** An operation during which the driver is killed, at each of its calls to the cloud; it is then repeated. */
export interface KillCase {
  readonly tested: TestedDriver;
  readonly what: string;
  /** Creates the resources that the operation needs; absent: none. */
  readonly prepare?: (by: CsiClient, name: string) => Promise<Given>;
  readonly call: (by: CsiClient, given: Given) => Promise<unknown>;
  /** Fault of the cloud. */
  readonly fault?: Fault;
  /** Numbers of the accepted calls that change something, wherever the driver is killed. They are exact, also for idempotent
   *  calls: the cloud's listing shows that they are done. */
  readonly effects: Readonly<Record<string, number>>;
  /** All resources that the run leaves, by kind. */
  readonly leaves: Readonly<Record<string, readonly object[]>>;
}

export type Settings = Readonly<Record<string, string>>;

export const within = (): { readonly deadline: number } => ({ deadline: Date.now() + CALL_MS });

export type Creation = (by: CsiClient, given: Given) => Promise<csi.CreateVolumeResponse>;

export const create =
  (tested: TestedDriver, more: Settings = {}): Creation =>
  (by, { name }) => {
    const request = createRequest(tested, name);
    const parameters = { ...request.parameters, ...more };
    return by.controller.createVolume({ ...request, parameters }, within());
  };

/** Takes a snapshot and waits until it is ready. */
export const takeSnapshot = async (
  by: CsiClient,
  { name, volumeId }: Given,
): Promise<csi.CreateSnapshotResponse> => {
  const request = csi.CreateSnapshotRequest.fromPartial({ name: `of-${name}`, sourceVolumeId: volumeId });
  for (;;) {
    const answer = await by.controller.createSnapshot(request, within());
    if (answer.snapshot?.readyToUse) return answer;
    await delay(LOOK_MS);
  }
};

export const volume =
  (tested: TestedDriver, more?: Settings) =>
  async (by: CsiClient, name: string): Promise<Given> => {
    const given = { name, volumeId: '', snapshotId: '' };
    const answer = await create(tested, more)(by, given);
    return { ...given, volumeId: answer.volume?.volumeId ?? '' };
  };

export const expandTo =
  (requiredBytes: bigint) =>
  (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
    by.controller.controllerExpandVolume(
      csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { requiredBytes } }),
      within(),
    );

export const modify =
  (mutableParameters: Record<string, string>) =>
  (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
    by.controller.controllerModifyVolume({ volumeId, mutableParameters, secrets: {} }, within());

export const remove = (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
  by.controller.deleteVolume({ volumeId, secrets: {} }, within());

export const removeSnapshot = (by: CsiClient, { snapshotId }: Given): Promise<unknown> =>
  by.controller.deleteSnapshot({ snapshotId, secrets: {} }, within());

export const failing: Fault = { kind: 'fail-creation', message: 'no capacity in this zone' };
