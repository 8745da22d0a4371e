import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type EmulatorOptions } from '@lustre-csi/cloud-emulator';
import { DriverError, type ControllerProvider, type ProviderContext } from '@lustre-csi/core';
import { VolumeOperations } from '@lustre-csi/core/server';
import { userKeyCredentials } from '../api/credentials.js';
import { OciApi } from '../api/oci-api.js';
import { readOciConfig } from '../parameters/oci-config.js';
import { httpExchange } from '../api/http-exchange.js';
import { buildController } from '../module.js';
import type { LustrePlan } from '../plan/plan.js';
import { fastClock, settingsOf, silent, type callOf } from './samples.js';

/** Emulated OCI behind the same interfaces as a real one: signed requests over HTTPS. */
export class EmulatedOci {
  static async start(options: EmulatorOptions = {}): Promise<EmulatedOci> {
    const durations = { createSeconds: 0.05, deleteSeconds: 0.05, updateSeconds: 0.05, ...options.durations };
    const emulator = await startEmulator({ ...options, durations });
    const directory = await mkdtemp(join(tmpdir(), 'emulated-oci-'));
    return new EmulatedOci(emulator, directory, emulator.environment(directory));
  }

  private constructor(
    readonly emulator: Emulator,
    private readonly directory: string,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Builds the provider of a controller that starts now. NODE_EXTRA_CA_CERTS would be read too late here.
   *  @param environment variables that differ */
  async controller(
    environment: Readonly<Record<string, string>> = {},
    context: Partial<ProviderContext> = {},
  ): Promise<ControllerProvider<LustrePlan>> {
    const {
      OCI_COMPARTMENT_ID = '',
      OCI_LUSTRE_ENDPOINT = '',
      OCI_IDENTITY_ENDPOINT = '',
      OCI_CONFIG_FILE = '',
    } = this.environment;
    const flags = {
      'oci-compartment-id': OCI_COMPARTMENT_ID,
      'oci-lustre-endpoint': OCI_LUSTRE_ENDPOINT,
      'oci-identity-endpoint': OCI_IDENTITY_ENDPOINT,
      'oci-config-file': OCI_CONFIG_FILE,
    };
    const driver = {
      driverName: 'lustre.csi.oraclecloud.com',
      driverVersion: '0.1.0',
      clusterId: '',
      log: silent,
    };
    const provider = await buildController(
      settingsOf(environment, { ...flags, ...environment }),
      { ...driver, ...context },
      httpExchange({ ca: this.emulator.certificateAuthority }),
      fastClock,
    );
    return provider as ControllerProvider<LustrePlan>;
  }

  /** Builds a client for an operator with the same identity as the driver. */
  async operator(): Promise<OciApi> {
    const config = await readOciConfig(
      settingsOf({}, { 'oci-config-file': this.environment['OCI_CONFIG_FILE'] ?? '' }),
    );
    return new OciApi({
      send: httpExchange({ ca: this.emulator.certificateAuthority }),
      credentials: userKeyCredentials(config),
      endpoint: async () => new URL(this.emulator.azureUrl),
      userAgent: 'operator',
      clock: fastClock,
    });
  }

  /** Builds the provider under the rules of the core, as in a replica that starts now; its waits are short. */
  async replica(...how: Parameters<EmulatedOci['controller']>): Promise<VolumeOperations> {
    return new VolumeOperations(await this.controller(...how), silent, fastClock);
  }

  /** Builds a call whose time ends when OCI gets the nth request after this moment. */
  callEndingAtRequest(nth: number): ReturnType<typeof callOf> {
    const controller = new AbortController();
    let left = nth;
    const stop = this.emulator.journal.onCall(({ cloud }) => {
      if (cloud !== 'oci' || (left -= 1) > 0) return;
      stop();
      controller.abort(new DriverError('deadline-exceeded', 'the time of the call is over'));
    });
    return { signal: controller.signal, log: silent };
  }

  /** Called operations of OCI, in order. */
  get calls(): readonly string[] {
    return this.emulator.journal
      .entries()
      .filter(({ cloud }) => cloud === 'oci')
      .map(({ operation }) => operation);
  }

  /** Counts the calls of an operation. */
  count(operation: string): number {
    return this.calls.filter((call) => call === operation).length;
  }

  /** File systems of the emulated tenancy. */
  get fileSystems(): readonly OciState[] {
    return (this.emulator.state().oci as { readonly fileSystems: readonly OciState[] }).fileSystems;
  }

  async stop(): Promise<void> {
    await this.emulator.stop();
    await rm(this.directory, { recursive: true });
  }
}

/** A file system in the state of the emulated tenancy. */
export interface OciState {
  readonly id: string;
  readonly compartmentId: string;
  readonly availabilityDomain: string;
  readonly displayName: string;
  readonly fileSystemName: string;
  readonly capacityInGBs: number;
  readonly lifecycleState: string;
  readonly freeformTags: Readonly<Record<string, string>>;
  readonly nsgIds: readonly string[];
  readonly [member: string]: unknown;
}
