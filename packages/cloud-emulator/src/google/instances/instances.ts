import { randomUUID } from 'node:crypto';
import type { World } from '../../world/world.js';
import { asResponse, type Instance, type InstanceSpec, type InstanceState } from './instance.js';
import {
  alreadyExists,
  conflictingOperation,
  GoogleError,
  invalidArgument,
  notFound,
} from '../protocol/google-error.js';
import type { Operation, Operations } from '../operations/operations.js';
import type { GoogleSeed } from '../seed.js';
import { checkCapacity, checkGrowth } from './capacity-rules.js';
import { checkIdentity, checkNetwork } from './requested-instance.js';

export interface InstancesOptions {
  readonly seed: GoogleSeed;
  /** Instances that one zone may have. */
  readonly quota: number;
}

const gibibyte = 1024n ** 3n;

const serverVersion = '2.14.0';

/** A stockout, in the form in which Google reports it. */
const stockout = {
  status: 'RESOURCE_EXHAUSTED',
  message:
    'The zone does not have enough resources available to fulfill the request. Try a different zone, or try again later.',
};

const internal = { status: 'INTERNAL', message: 'An internal error has occurred.' };

/** Instances of the project and what happens to them over time. */
export class Instances {
  readonly #all = new Map<string, Instance>();
  #sequence = 0;

  constructor(
    private readonly world: World,
    private readonly operations: Operations,
    private readonly options: InstancesOptions,
  ) {}

  /** Instances in order of creation. */
  list(): readonly Instance[] {
    return [...this.#all.values()];
  }

  /** @throws GoogleError NOT_FOUND */
  get(name: string): Instance {
    const instance = this.#all.get(name);
    if (!instance) throw notFound(name);
    return instance;
  }

  /** Accepts a creation. The instance is visible at once; where the creation fails, it vanishes.
   *  @throws GoogleError of validation and quota */
  create(parent: string, id: string, spec: InstanceSpec): Operation {
    const name = `${parent}/instances/${id}`;
    const location = parent.split('/').at(-1) ?? '';
    this.#checkCreation(id, spec, location);
    if (this.#all.has(name)) throw alreadyExists(name);
    const instance = this.#newInstance(name, location, spec);
    this.#all.set(name, instance);
    const failure = this.operations.failureOf('CreateInstance', stockout);
    return this.operations.run(
      { location, target: name, verb: 'create' },
      this.world.durations.createSeconds,
      () => {
        if (failure) {
          this.#all.delete(name);
          return failure;
        }
        instance.created = true;
        instance.state = 'ACTIVE';
        this.#publish(instance);
        return asResponse(instance);
      },
    );
  }

  /** Accepts a change of some fields, which shows when it is done. @throws GoogleError */
  update(name: string, paths: readonly (keyof InstanceSpec)[], wanted: InstanceSpec): Operation {
    const instance = this.get(name);
    this.#checkIdle(instance);
    if (instance.state !== 'ACTIVE') {
      throw new GoogleError('FAILED_PRECONDITION', `Instance '${name}' is in state ${instance.state}.`);
    }
    if (paths.includes('capacityGib')) this.#checkGrowth(instance, wanted.capacityGib);
    const failure = this.operations.failureOf('UpdateInstance', internal);
    const { location } = instance;
    return this.operations.run({ location, target: name, verb: 'update' }, this.#updateSeconds(paths), () => {
      if (failure) return failure;
      const changed = Object.fromEntries(paths.map((path) => [path, wanted[path]])) as Partial<InstanceSpec>;
      instance.spec = { ...instance.spec, ...changed };
      instance.updateTime = this.#time();
      this.#publish(instance);
      return asResponse(instance);
    });
  }

  /** Accepts a deletion. @throws GoogleError */
  delete(name: string): Operation {
    const instance = this.get(name);
    this.#checkIdle(instance);
    const before = instance.state;
    instance.state = 'DELETING';
    const failure = this.operations.failureOf('DeleteInstance', internal);
    const { location } = instance;
    if (!failure) this.world.lustre.withdraw(serverId(instance));
    return this.operations.run(
      { location, target: name, verb: 'delete' },
      this.world.durations.deleteSeconds,
      () => {
        if (failure) {
          instance.state = before;
          return failure;
        }
        this.#all.delete(name);
        return { '@type': 'type.googleapis.com/google.protobuf.Empty' };
      },
    );
  }

  /** Changes the state of an instance, as maintenance, a fault or a lost key does. For tests. */
  setState(name: string, state: InstanceState, reason = ''): void {
    const instance = this.get(name);
    instance.state = state;
    instance.stateReason = reason;
  }

  #checkCreation(id: string, spec: InstanceSpec, location: string): void {
    const { seed } = this.options;
    const quota = this.world.raisedQuota ?? this.options.quota;
    if (!seed.zones.includes(location)) throw invalidArgument(`Location '${location}' is not supported.`);
    checkIdentity(id, spec, location);
    checkCapacity(spec.capacityGib, spec.perUnitStorageThroughput);
    checkNetwork(spec.network, seed);
    if (this.list().filter((other) => other.location === location).length < quota) return;
    throw new GoogleError(
      'RESOURCE_EXHAUSTED',
      `Quota limit 'InstancesPerProjectPerZone' has been exceeded. Limit: ${quota} in zone ${location}.`,
      { reason: 'QUOTA_EXCEEDED' },
    );
  }

  #checkGrowth(instance: Instance, capacityGib: number): void {
    const { spec, createdWithGib } = instance;
    checkGrowth(spec.capacityGib, createdWithGib, capacityGib, spec.perUnitStorageThroughput);
  }

  #checkIdle({ name }: Instance): void {
    if (this.operations.isBusy(name)) throw conflictingOperation(name);
  }

  #newInstance(name: string, location: string, spec: InstanceSpec): Instance {
    const sequence = (this.#sequence += 1);
    return {
      sequence,
      name,
      location,
      spec,
      uid: randomUUID(),
      address: `10.90.${sequence >> 8}.${sequence & 255}`,
      createTime: this.#time(),
      updateTime: this.#time(),
      createdWithGib: spec.capacityGib,
      state: 'CREATING',
      stateReason: '',
      created: false,
    };
  }

  #publish(instance: Instance): void {
    const { address, spec } = instance;
    this.world.lustre.publish({
      id: serverId(instance),
      mgsAddresses: [address],
      dnsNames: [],
      fsname: spec.filesystem,
      capacityBytes: BigInt(spec.capacityGib) * gibibyte,
      version: serverVersion,
    });
  }

  /** Labels concern no server: the service does not document durations, and such a change is taken to be quick. */
  #updateSeconds(paths: readonly (keyof InstanceSpec)[]): number {
    const { updateSeconds } = this.world.durations;
    return paths.every((path) => path === 'labels') ? updateSeconds / 10 : updateSeconds;
  }

  #time(): string {
    return new Date(this.world.now()).toISOString();
  }
}

/** Name of its servers in the Lustre registry. */
const serverId = ({ uid }: Instance): string => `lustre-${uid}`;
