import { setTimeout as delay } from 'node:timers/promises';
import type { CsiClient } from '@lustre-csi/core/client';
import { createRequest, type TestedDriver } from '../testing/emulated-cloud.js';
import type { Controllers } from './controllers.js';

/** Pause before a call is repeated; external-provisioner's is longer. Milliseconds. */
const PAUSE_MS = 150;

/** Limits of a claim's calls. */
export interface Patience {
  readonly callMs: number;
  /** Time after which a claim that has not come to an end fails the test. */
  readonly totalMs: number;
  /** Called for each call that has ended. */
  readonly onCall?: () => void;
}

/** Calls of external-provisioner for one claim: each is repeated until it succeeds, regardless of the error, at each controller. */
export class Claim {
  constructor(
    private readonly controllers: Controllers,
    private readonly tested: TestedDriver,
    readonly name: string,
    private readonly patience: Patience,
  ) {}

  /** @returns the volume id that each controller answers */
  create(indexes: readonly number[]): Promise<readonly string[]> {
    const request = createRequest(this.tested, this.name);
    return this.#everywhere(indexes, async (client, deadline) => {
      const { volume } = await client.controller.createVolume(request, { deadline });
      return volume?.volumeId ?? '';
    });
  }

  async delete(volumeId: string, indexes: readonly number[]): Promise<void> {
    await this.#everywhere(indexes, (client, deadline) =>
      client.controller.deleteVolume({ volumeId, secrets: {} }, { deadline }),
    );
  }

  #everywhere<T>(
    indexes: readonly number[],
    call: (client: CsiClient, deadline: number) => Promise<T>,
  ): Promise<readonly T[]> {
    const end = Date.now() + this.patience.totalMs;
    return Promise.all(indexes.map((index) => this.#untilDone(index, end, call)));
  }

  async #untilDone<T>(
    index: number,
    end: number,
    call: (client: CsiClient, deadline: number) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      try {
        const client = await this.controllers.client(index);
        return await call(client, Date.now() + this.patience.callMs);
      } catch (error) {
        if (Date.now() > end) throw new Error(`${this.name}: ${String(error)}`, { cause: error });
      } finally {
        this.patience.onCall?.();
      }
      await delay(PAUSE_MS);
    }
  }
}

/** Name of the claim that each file system of the cloud belongs to, and its volume id. */
export function fileSystemsByClaim(controllers: Controllers, { cloud }: TestedDriver): readonly Held[] {
  const state = controllers.emulator.state()[cloud] as { readonly fileSystems: readonly CloudFileSystem[] };
  return state.fileSystems.map(heldIn[cloud]);
}

/** Readings of each cloud's file systems. */
const heldIn: Readonly<Record<TestedDriver['cloud'], (shown: CloudFileSystem) => Held>> = {
  aws: ({ FileSystemId: id = '', Tags, Lifecycle: state = '' }) => {
    const claim = Tags?.find(({ Key }) => Key === 'CSIVolumeName')?.Value ?? '';
    return { claim, id, state };
  },
  azure: ({ name = '', properties }) => ({
    ...{ claim: name, id: name },
    state: properties?.provisioningState ?? '',
  }),
  google: ({ name = '', state = '' }) => ({
    claim: name.split('/').at(-1) ?? '',
    id: name.replace(/^projects\/(.*)\/locations\/(.*)\/instances\//, '$1/$2/'),
    state,
  }),
  oci: ({ displayName: claim = '', id = '', lifecycleState: state = '' }) => ({ claim, id, state }),
};

/** A file system and the claim that it was created for. */
export interface Held {
  readonly claim: string;
  readonly id: string;
  readonly state: string;
}

interface CloudFileSystem {
  readonly FileSystemId?: string;
  readonly Lifecycle?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly name?: string;
  readonly properties?: { readonly provisioningState?: string };
  readonly state?: string;
  readonly id?: string;
  readonly displayName?: string;
  readonly lifecycleState?: string;
}
