import type { World } from '../../world/world.js';
import type { Operation, Operations } from '../operations/operations.js';
import { GoogleError, invalidArgument } from '../protocol/google-error.js';
import type { JsonObject } from '../protocol/wire-json.js';
import type { Instances } from './instances.js';

/** Objects that every emulated bucket has. */
const OBJECTS = 3;
const OBJECT_BYTES = 1024;

/** Transfers from Cloud Storage into instances. */
export class DataTransfers {
  constructor(
    private readonly world: World,
    private readonly instances: Instances,
    private readonly operations: Operations,
  ) {}

  /** Accepts an import. @throws GoogleError */
  importData(name: string, body: JsonObject): Operation {
    const instance = this.instances.get(name);
    if (instance.state !== 'ACTIVE') {
      throw new GoogleError('FAILED_PRECONDITION', `Instance '${name}' is in state ${instance.state}.`);
    }
    const { uri } = (body['gcsPath'] ?? {}) as { uri?: unknown };
    if (typeof uri !== 'string' || !/^gs:\/\/[a-z0-9._-]+\/(.*\/)?$/.test(uri)) {
      throw invalidArgument(`Invalid value for field "gcs_path.uri": ${JSON.stringify(uri)}`);
    }
    let isDone = false;
    const metadata = (): object => ({
      '@type': 'type.googleapis.com/google.cloud.lustre.v1.ImportDataMetadata',
      operationMetadata: { counters: counters(isDone) },
      target: name,
    });
    const start = { location: instance.location, target: name, metadata };
    const failure = this.operations.failureOf('ImportData', {
      status: 'PERMISSION_DENIED',
      message: `Access to ${uri} was denied to the service agent of Managed Lustre.`,
    });
    return this.operations.run(start, this.world.durations.updateSeconds, () => {
      if (failure) return failure;
      isDone = true;
      return { '@type': 'type.googleapis.com/google.cloud.lustre.v1.ImportDataResponse' };
    });
  }
}

const counters = (isDone: boolean): object => ({
  foundObjectsCount: String(OBJECTS),
  bytesFoundCount: String(OBJECTS * OBJECT_BYTES),
  ...(isDone
    ? { objectsCopiedCount: String(OBJECTS), bytesCopiedCount: String(OBJECTS * OBJECT_BYTES) }
    : {}),
});
