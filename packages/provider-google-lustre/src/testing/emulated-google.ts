import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type EmulatorOptions } from '@lustre-csi/cloud-emulator';
import { systemClock, type Clock, type ControllerProvider, type ProviderContext } from '@lustre-csi/core';
import { VolumeOperations } from '@lustre-csi/core/server';
import { buildController } from '../module.js';
import type { InstancePlan } from '../plan/plan.js';
import { fastClock, settingsOf, silent } from './samples.js';

export const neverAborted: AbortSignal = new AbortController().signal;

/** Differences of a controller from the usual one. */
export interface ControllerOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  readonly context?: Partial<ProviderContext>;
  readonly clock?: Clock;
}

/** Emulated Google Cloud behind the same interfaces as the real one: REST, with tokens of workload identity federation. */
export class EmulatedGoogle {
  static async start(options: EmulatorOptions = {}): Promise<EmulatedGoogle> {
    const emulator = await startEmulator(options);
    const directory = await mkdtemp(join(tmpdir(), 'emulated-google-'));
    return new EmulatedGoogle(emulator, directory, emulator.environment(directory));
  }

  private constructor(
    readonly emulator: Emulator,
    readonly directory: string,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Builds the provider of a controller that starts now. */
  async controller(options: ControllerOptions = {}): Promise<ControllerProvider<InstancePlan>> {
    const { environment = {}, flags = {}, context = {}, clock = systemClock } = options;
    const settings = settingsOf({ ...this.environment, ...environment }, flags);
    const driver = {
      driverName: 'lustre.csi.storage.gke.io',
      driverVersion: '0.1.0',
      clusterId: '',
      log: silent,
    };
    const retries = { retries: 3, firstDelay: 1, longestDelay: 5 };
    const provider = await buildController(settings, { ...driver, ...context }, retries, clock);
    return provider as ControllerProvider<InstancePlan>;
  }

  /** Builds the provider under the rules of the core, as in a replica that starts now; its waits are short. */
  async replica(options: ControllerOptions = {}): Promise<VolumeOperations> {
    return new VolumeOperations(await this.controller(options), silent, fastClock);
  }

  get state(): GoogleState {
    return this.emulator.state().google as GoogleState;
  }

  /** Called operations of the API, in order. */
  get calls(): readonly string[] {
    return this.emulator.journal
      .entries()
      .filter(({ service }) => service === 'lustre')
      .map(({ operation }) => operation);
  }

  count(operation: string): number {
    return this.calls.filter((call) => call === operation).length;
  }

  async stop(): Promise<void> {
    await this.emulator.stop();
    await rm(this.directory, { recursive: true });
  }
}

/** The part of the emulated project's state that specs read. */
export interface GoogleState {
  readonly fileSystems: readonly {
    readonly name: string;
    readonly state: string;
    readonly capacityGib: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  }[];
  readonly operations: readonly {
    readonly name: string;
    readonly done: boolean;
    readonly error?: { readonly message: string };
    readonly metadata: { readonly verb?: string; readonly target: string; readonly '@type': string };
  }[];
}
