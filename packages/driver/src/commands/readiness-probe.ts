import { connectCsi } from '@lustre-csi/core/client';
import { describeVersions, grpcAddress, readClientVersions } from '@lustre-csi/core/server';
import { mountHelper } from '../config/mount-helper.js';
import type { ProbeConfig } from '../config/config.js';
import { requireLustreClient } from '../health/lustre-client-check.js';

/** Time limit of the call, in milliseconds: below the `timeoutSeconds` of the Go drivers' manifests, which is 5. */
const CALL_MS = 3_000;

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
  const client = connectCsi(grpcAddress(endpoint));
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
