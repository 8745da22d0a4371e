import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type EmulatorOptions } from '@lustre-csi/cloud-emulator';
import {
  DriverError,
  systemClock,
  type Clock,
  type CloudDiagnosis,
  type ControllerProvider,
  type ProviderContext,
} from '@lustre-csi/core';
import { VolumeOperations } from '@lustre-csi/core/server';
import { Arm } from '../api/arm.js';
import { readAzureConfig } from '../parameters/azure-config.js';
import { createCredential } from '../api/create-credential.js';
import { authorityOf, chooseIdentity } from '../api/credentials.js';
import { createDiagnosis } from '../diagnosis/create-diagnosis.js';
import { buildController } from '../module.js';
import type { AmlPlan } from '../plan/plan.js';
import { type callOf, fastClock, settingsOf, silent } from './samples.js';

export const neverAborted: AbortSignal = new AbortController().signal;

/** Emulated Azure behind the same interfaces as a real one: the SDK over HTTPS, a token of the emulated Entra ID. */
export class EmulatedAzure {
  static async start(options: EmulatorOptions): Promise<EmulatedAzure> {
    const emulator = await startEmulator(options);
    const directory = await mkdtemp(join(tmpdir(), 'emulated-azure-'));
    return new EmulatedAzure(emulator, directory, emulator.environment(directory));
  }

  private constructor(
    readonly emulator: Emulator,
    private readonly directory: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** Builds the provider of a controller that starts now. NODE_EXTRA_CA_CERTS would be read too late here.
   *  @param changes fields of azure.json that differ
   *  @param environment variables that differ
   *  @param clock measures its limits for tokens and SKUs */
  async controller(
    changes: object = {},
    environment: Record<string, string> = {},
    context: Partial<ProviderContext> = {},
    clock: Clock = systemClock,
  ): Promise<ControllerProvider<AmlPlan>> {
    const original = JSON.parse(await readFile(this.#file('azure.json'), 'utf8')) as object;
    await writeFile(this.#file('changed.json'), JSON.stringify({ ...original, ...changes }));
    const settings = settingsOf({
      ...this.environment,
      AZURE_CONFIG_FILE: this.#file('changed.json'),
      ...environment,
    });
    const driver = {
      driverName: 'azurelustre.csi.azure.com',
      driverVersion: '0.1.0',
      clusterId: '',
      log: silent,
    };
    const provider = await buildController(
      settings,
      { ...driver, ...context },
      {
        tlsOptions: { ca: this.emulator.certificateAuthority },
        retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 5 },
      },
      clock,
    );
    return provider as ControllerProvider<AmlPlan>;
  }

  /** Builds the provider under the rules of the core, as in a replica that starts now; its waits are short. */
  async replica(...how: Parameters<EmulatedAzure['controller']>): Promise<VolumeOperations> {
    return new VolumeOperations(await this.controller(...how), silent, fastClock);
  }

  /** Builds a client of ARM for an operator with the same identity as the driver. */
  async arm(): Promise<Arm> {
    const settings = settingsOf({ ...this.environment, AZURE_CONFIG_FILE: this.#file('azure.json') });
    const config = await readAzureConfig(settings);
    const pipeline = { tlsOptions: { ca: this.emulator.certificateAuthority } };
    const credential = createCredential(
      chooseIdentity(config, settings),
      authorityOf(config, settings),
      pipeline,
    );
    const { subscriptionId, cloud } = config;
    const [endpoint, scope] = [cloud.resourceManager, cloud.scope];
    return new Arm(credential, { subscriptionId, endpoint, scope, userAgent: 'operator', pipeline });
  }

  /** Builds the diagnosis of the subscription, with the same identity as the driver. */
  async diagnosis(): Promise<CloudDiagnosis> {
    const settings = settingsOf({ ...this.environment, AZURE_CONFIG_FILE: this.#file('azure.json') });
    const { certificateAuthority: ca } = this.emulator;
    const context = {
      driverName: 'azurelustre.csi.azure.com',
      driverVersion: '1',
      clusterId: '',
      log: silent,
    };
    const pipeline = { tlsOptions: { ca }, retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 5 } };
    return createDiagnosis(settings, context, pipeline, ca);
  }

  /** Builds a call whose time ends when ARM gets the nth request for `looking` after one for `change`. */
  callEndingAt(change: string, looking: string, nth = 1): ReturnType<typeof callOf> {
    let left = Infinity;
    return this.#callEndingWhen((operation) => {
      if (operation === change) left = nth;
      else if (operation === looking) left -= 1;
      return left <= 0;
    });
  }

  /** Builds a call whose time ends when ARM gets the nth request after this moment. */
  callEndingAtRequest(nth: number): ReturnType<typeof callOf> {
    let left = nth;
    return this.#callEndingWhen(() => (left -= 1) <= 0);
  }

  #callEndingWhen(isOver: (operation: string) => boolean): ReturnType<typeof callOf> {
    const controller = new AbortController();
    const stop = this.emulator.journal.onCall(({ service, operation }) => {
      if (service !== 'arm' || !isOver(operation)) return;
      stop();
      controller.abort(new DriverError('deadline-exceeded', 'the time of the call is over'));
    });
    return { signal: controller.signal, log: silent };
  }

  /** Counts the calls of an operation of ARM. */
  count(operation: string): number {
    return this.calls.filter((call) => call === operation).length;
  }

  /** State of the emulated Azure. */
  get state(): AzureState {
    return this.emulator.state().azure as AzureState;
  }

  /** Called operations of ARM, in order. */
  get calls(): readonly string[] {
    return this.emulator.journal
      .entries()
      .filter(({ service }) => service === 'arm')
      .map(({ operation }) => operation);
  }

  async write(name: string, content: string): Promise<string> {
    await writeFile(this.#file(name), content);
    return this.#file(name);
  }

  async stop(): Promise<void> {
    await this.emulator.stop();
    await rm(this.directory, { recursive: true });
  }

  #file(name: string): string {
    return join(this.directory, name);
  }
}

/** The part of the emulated Azure's state that specs read. */
export interface AzureState {
  readonly fileSystems: readonly {
    readonly name: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly properties: Readonly<Record<string, unknown>>;
  }[];
  readonly expansionJobs: readonly { readonly name: string; readonly properties: object }[];
  readonly autoImportJobs?: readonly { readonly name: string; readonly properties: object }[];
  readonly autoExportJobs?: readonly { readonly name: string; readonly properties: object }[];
}

/** Repeats the question until the answer is right; fails after five seconds. */
export async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
