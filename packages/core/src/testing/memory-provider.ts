import type { VolumeReference } from '../model/volume-reference.js';
import { DriverError } from '../errors/driver-error.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import { ParameterSchema, parameter } from '../provider/parameters.js';
import type { ProviderPlugin } from '../provider/provider-plugin.js';
import { Capacity, isWithin, type CapacityRange } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';
import { formatMountSource, createMountSource, parseMountSource } from '../model/mount-source.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';

const SCOPE = 'memory';
const STEP = Capacity.gibibytes(1200);

const parameters = new ParameterSchema('memory.lustre.test', {
  tier: parameter.oneOf({ description: 'How fast it is.', example: 'fast', values: ['fast', 'slow'] }),
});

interface MemoryPlan extends FileSystemPlan {
  readonly tier: string;
}

/** A cloud in memory: the smallest complete provider, for tests of the core and as a pattern for new ones. What
 *  happens in it happens when the test says so: `settle()` ends creations and deletions. */
export class MemoryCloud implements ControllerProvider<MemoryPlan> {
  readonly typicalDurations = { create: 60, delete: 30 };
  /** Every call, in order, as `list`, `create pvc-1`, `delete fs-1`. */
  readonly calls: string[] = [];
  readonly fileSystems = new Map<string, FileSystem>();
  /** Called before each call has its effect; throws to make it fail. */
  before: (call: string) => void = () => {};
  /** Called after each call has had its effect; throws to lose the answer. */
  after: (call: string) => void = () => {};
  #created = 0;

  async plan(request: VolumeRequest): Promise<MemoryPlan> {
    const { tier = 'fast' } = parameters.read(request.parameters);
    return { volumeName: request.name, listingScope: SCOPE, attributes: { tier }, tier };
  }

  async capacityFor(_plan: MemoryPlan, range: CapacityRange): Promise<Capacity> {
    const capacity = (range.required ?? STEP).roundUpTo(STEP);
    if (isWithin(capacity, range)) return capacity;
    throw new DriverError('out-of-range', `sizes are multiples of ${STEP.toString()}`);
  }

  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    signal.throwIfAborted();
    if (scope !== SCOPE) throw new DriverError('not-found', `a cloud in memory has no scope "${scope}"`);
    return this.#call('list', () => [...this.fileSystems.values()]);
  }

  listingScopes(): readonly string[] {
    return [SCOPE];
  }

  async find({ id }: VolumeReference): Promise<FileSystem | undefined> {
    return this.#call(`find ${id}`, () => this.fileSystems.get(id));
  }

  async create(plan: MemoryPlan, capacity: Capacity, attempt: number): Promise<FileSystem> {
    return this.#call(`create ${plan.volumeName}`, () => {
      const remembered = [...this.fileSystems.values()].find(
        (fileSystem) => fileSystem.volumeName === plan.volumeName && fileSystem.attempt === attempt,
      );
      if (remembered) return remembered;
      this.#created += 1;
      const fileSystem: FileSystem = {
        id: `fs-${this.#created}`,
        listingScope: SCOPE,
        volumeName: plan.volumeName,
        madeByDriver: true,
        state: 'creating',
        cloudState: 'CREATING',
        capacity,
        attempt,
        attributes: { tier: plan.tier },
        mountSource: createMountSource([[`10.0.0.${this.#created % 250}@tcp`]], 'memory'),
      };
      this.fileSystems.set(fileSystem.id, fileSystem);
      return fileSystem;
    });
  }

  async delete({ id }: FileSystem): Promise<void> {
    this.#call(`delete ${id}`, () => this.set(id, { state: 'deleting', cloudState: 'DELETING' }));
  }

  toVolume(fileSystem: FileSystem): Volume {
    const { id, capacity, mountSource: source } = fileSystem;
    return { id, capacity, context: source ? { source: formatMountSource(source) } : {} };
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    return /^fs-[0-9]+$/.test(volumeId) ? { id: volumeId, listingScope: SCOPE } : undefined;
  }

  /** Changes what the cloud says of a file system. */
  set(id: string, change: Partial<FileSystem>): void {
    const fileSystem = this.fileSystems.get(id);
    if (fileSystem) this.fileSystems.set(id, { ...fileSystem, ...change });
  }

  /** Ends all work under way: creations succeed, deletions are done. */
  settle(): void {
    for (const { id, state } of [...this.fileSystems.values()]) {
      if (state === 'creating') this.set(id, { state: 'available', cloudState: 'AVAILABLE' });
      if (state === 'deleting') this.fileSystems.delete(id);
    }
  }

  #call<T>(call: string, effect: () => T): T {
    this.calls.push(call);
    this.before(call);
    const result = effect();
    this.after(call);
    return result;
  }
}

/** The plug-in around it: what a provider package exports. */
export function memoryProvider(cloud: MemoryCloud): ProviderPlugin {
  return {
    driverName: 'memory.lustre.test',
    title: 'A cloud in memory',
    flags: [],
    parameters: async () => parameters,
    node: () => ({
      contextKeys: ['source'],
      mountSource: ({ context }) => {
        const source = context['source'];
        if (!source) throw new DriverError('invalid-argument', 'volume context: "source" is missing');
        return parseMountSource(source);
      },
    }),
    controller: async () => cloud,
  };
}
