import { directoryPlan, provisioningMode } from '../directory/directory-plan.js';
import { DirectoryParameters } from '../directory/directory-parameters.js';
import { Capacity, type CapacityRange } from '../model/capacity.js';
import type { VolumeRequest } from '../model/volume-request.js';
import { isDriverError } from '../errors/driver-error.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import { splitNodeSettings } from './node-settings.js';
import { withoutOrchestratorKeys } from './orchestrator-keys.js';

type Texts = Readonly<Record<string, string>>;

/** Meaning of the parameters of a StorageClass: what a claim of it would create. */
export type ClassReading =
  | {
      readonly kind: 'directory';
      /** File system, as the handles name it. */
      readonly parent: string;
      /** Path of a volume of the claim `example` in the namespace `default`. */
      readonly path: string;
      readonly quota: string;
    }
  | {
      readonly kind: 'filesystem';
      readonly plan: FileSystemPlan;
    };

/** Request of an example claim. */
function exampleRequest(parameters: Texts): VolumeRequest {
  return {
    name: 'pvc-00000000-0000-4000-8000-000000000000',
    capacityRange: {},
    capabilities: [],
    parameters,
    mutableParameters: {},
    metadata: {
      pvcName: 'example',
      pvcNamespace: 'default',
      pvName: 'pvc-00000000-0000-4000-8000-000000000000',
    },
    topology: { requisite: [], preferred: [] },
  };
}

/** Reads the parameters of a StorageClass as CreateVolume does. Creates nothing.
 *  @throws DriverError invalid-argument naming all that is wrong */
export async function readClass(
  driverName: string,
  provider: ControllerProvider,
  given: Texts,
): Promise<ClassReading> {
  const { parameters } = splitNodeSettings(withoutOrchestratorKeys(given));
  const { parentFileSystems: parents } = provider;
  if (parents && provisioningMode(parameters, parents.caseInsensitive ?? false) === 'directory') {
    const settings = new DirectoryParameters(driverName, parents).read(parameters);
    const { parent, base, desired } = directoryPlan(exampleRequest(parameters), settings);
    return {
      kind: 'directory',
      parent,
      path: `/${[...base, ...desired.path].join('/')}`,
      quota: settings.quota,
    };
  }
  return { kind: 'filesystem', plan: await provider.plan(exampleRequest(parameters)) };
}

/** Most sizes that are worth listing. */
const SIZES = 4;

/** Finds the smallest sizes that the cloud creates for a plan, in order.
 *  @throws DriverError if it creates none */
export async function smallestSizes(
  provider: Pick<ControllerProvider, 'capacityFor'>,
  plan: FileSystemPlan,
): Promise<readonly Capacity[]> {
  const sizes: Capacity[] = [];
  let range: CapacityRange = {};
  while (sizes.length < SIZES) {
    const size = await provider.capacityFor(plan, range).catch((error: unknown) => {
      if (sizes.length > 0 && isDriverError(error, 'out-of-range')) return undefined;
      throw error;
    });
    // Elastic file systems have every size.
    if (size === undefined || size.bytes === range.required?.bytes) break;
    sizes.push(size);
    range = { required: Capacity.bytes(size.bytes + 1n) };
  }
  return sizes;
}
