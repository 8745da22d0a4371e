import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceError } from '@grpc/grpc-js';
import { systemClock, type Clock } from '../../concurrency/clock.js';
import { CreateVolumeRequest, VolumeCapability_AccessMode_Mode as Mode } from '../../gen/csi.js';
import { ProviderRegistry } from '../../provider/registry.js';
import { MemoryCloud, memoryProvider } from '../../testing/memory-provider.js';
import { RememberedLog } from '../../testing/remembered-log.js';
import { VolumeOperations } from '../../volume/volume-operations.js';
import { controllerService } from '../controller-service.js';
import type { CallObserver } from '../count-calls.js';
import { connectCsi, type CsiClient } from '../csi-client.js';
import { identityService } from '../identity-service.js';
import { serve, type RunningServer, type ServedService } from '../serve.js';

/** Clock of the driver, a hundred times faster than its callers' time. */
const fastClock: Clock = {
  now: () => systemClock.now(),
  after: (milliseconds, callback) => systemClock.after(milliseconds / 100, callback),
};

/** Capability of most volumes. */
export const capability = {
  accessType: { $case: 'mount', value: {} },
  accessMode: { mode: Mode.MULTI_NODE_MULTI_WRITER },
} as const;

/** Valid CreateVolume request, with the changes of a test. */
export const creation = (
  change: Parameters<typeof CreateVolumeRequest.fromPartial>[0] = {},
): CreateVolumeRequest =>
  CreateVolumeRequest.fromPartial({ name: 'pvc-1', volumeCapabilities: [capability], ...change });

/** Returns the error of a call. */
export const failureOf = (promise: Promise<unknown>): Promise<ServiceError> =>
  promise.then(
    () => assert.fail('it was answered'),
    (error: ServiceError) => error,
  );

/** Driver with a cloud in memory, on a real socket, and its client. */
export class MemoryDriver {
  readonly cloud = new MemoryCloud();
  readonly log = new RememberedLog();
  #server: RunningServer | undefined;
  #client: CsiClient | undefined;

  private constructor(readonly directory: string) {}

  static async start(): Promise<MemoryDriver> {
    const driver = new MemoryDriver(await mkdtemp(join(tmpdir(), 'memory-driver-')));
    await driver.serve(await driver.services());
    return driver;
  }

  get socket(): string {
    return join(this.directory, 'csi.sock');
  }

  get client(): CsiClient {
    assert.ok(this.#client);
    return this.#client;
  }

  /** Builds the services as an executable does: the provider is known by its name alone. */
  async services(name = 'memory.lustre.test'): Promise<readonly ServedService[]> {
    const plugin = new ProviderRegistry([memoryProvider(this.cloud)]).get(name);
    const settings = { flag: () => undefined, environment: () => undefined };
    const context = { driverName: name, driverVersion: '1.2.3', clusterId: '', log: this.log };
    const volumes = new VolumeOperations(await plugin.controller(settings, context), this.log, fastClock);
    const traits = { expandable: plugin.expandable ?? false, hasTopology: false };
    return [
      identityService({ driverName: name, version: '1.2.3', manifest: { commit: 'abc' }, ...traits }),
      controllerService(volumes),
    ];
  }

  /** Starts to serve; stops the previous server. */
  async serve(services: readonly ServedService[], observer?: CallObserver): Promise<void> {
    await this.stop(0);
    this.#server = await serve({
      endpoint: { kind: 'unix', path: this.socket },
      services,
      log: this.log,
      ...(observer ? { observer } : {}),
    });
    this.#client?.close();
    this.#client = connectCsi(`unix://${this.socket}`);
  }

  async stop(graceMs = 5000): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop(graceMs);
  }

  async close(): Promise<void> {
    this.#client?.close();
    await this.stop(0);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Makes the cloud complete each request as soon as it has answered. */
  settleAtOnce(): void {
    this.cloud.after = (call) => {
      if (/^(create|delete)/.test(call)) queueMicrotask(() => this.cloud.settle());
    };
  }

  /** Number of matching calls that the cloud has seen. */
  countOf(pattern: RegExp): number {
    return this.cloud.calls.filter((call) => pattern.test(call)).length;
  }

  async until(holds: () => boolean): Promise<void> {
    for (const giveUpAt = Date.now() + 5000; !holds();) {
      if (Date.now() > giveUpAt) {
        assert.fail(`in vain: ${holds.toString()}; the cloud saw ${this.cloud.calls.join()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
