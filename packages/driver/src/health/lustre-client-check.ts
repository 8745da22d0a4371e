import { release } from 'node:os';
import {
  LustreModuleLoader,
  describeMissingClient,
  describePresentParts,
  isComplete,
  lacksModuleAlone,
  readClientParts,
  type ClientParts,
} from '@lustre-csi/core/server';

/** Time limit of loading the module, in milliseconds. */
const LOAD_MS = 1_000;

/** Checks that this node has a Lustre client. One that is installed and not loaded is loaded.
 *  @param isHelperOptional whether the driver mounts without mount.lustre(8)
 *  @throws Error whose message names what is missing, and the releases of what is present */
export async function requireLustreClient(isHelperOptional: boolean): Promise<void> {
  const read = async (): Promise<ClientParts> => ({ ...(await readClientParts()), isHelperOptional });
  let parts = await read();
  if (lacksModuleAlone(parts)) {
    await new LustreModuleLoader().load(AbortSignal.timeout(LOAD_MS));
    parts = await read();
  }
  if (isComplete(parts)) return;
  throw new Error(`${describeMissingClient(parts, release())} (${await describePresentParts(parts)})`);
}
