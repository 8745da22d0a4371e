import { release } from 'node:os';
import { connectCsi } from '@lustre-csi/core/client';
import {
  LustreModuleLoader,
  describeMissingClient,
  describeVersions,
  isComplete,
  lacksModuleAlone,
  readClientParts,
  readClientVersions,
  type ClientParts,
  type Endpoint,
} from '@lustre-csi/core/server';
import { mountHelper } from '../config/mount-helper.js';
import type { ProbeConfig } from '../config/config.js';

/** Time limit of the call, in milliseconds: below the `timeoutSeconds` of the Go drivers' manifests, which is 5. */
const CALL_MS = 3_000;
/** Time limit of loading the module, in milliseconds. */
const LOAD_MS = 1_000;

/**
 * The command `readiness-probe`, for `readinessProbe` and `startupProbe` of a container: the driver answers at its endpoint
 * and, unless it is a controller, the node has a Lustre client. A client that is installed and not loaded is loaded.
 * Releases of the client's halves that do not fit are a warning: most mounts work.
 * @throws Error whose message names what is missing
 */
export async function readinessProbeCommand(
  { endpoint, mode, settings }: ProbeConfig,
  print: (line: string) => void,
): Promise<void> {
  const client = connectCsi(addressOf(endpoint));
  try {
    await client.identity.probe({}, { deadline: Date.now() + CALL_MS });
  } finally {
    client.close();
  }
  if (mode === 'controller') return;
  await requireLustreClient(mountHelper(settings) !== 'require');
  const warning = describeVersions(await readClientVersions());
  if (warning !== undefined) print(`warning: ${warning}`);
}

async function requireLustreClient(isHelperOptional: boolean): Promise<void> {
  const read = async (): Promise<ClientParts> => ({ ...(await readClientParts()), isHelperOptional });
  let parts = await read();
  if (lacksModuleAlone(parts)) {
    await new LustreModuleLoader().load(AbortSignal.timeout(LOAD_MS));
    parts = await read();
  }
  if (!isComplete(parts)) throw new Error(describeMissingClient(parts, release()));
}

const addressOf = (endpoint: Endpoint): string =>
  endpoint.kind === 'unix' ? `unix://${endpoint.path}` : `tcp://${endpoint.host}:${endpoint.port}`;
