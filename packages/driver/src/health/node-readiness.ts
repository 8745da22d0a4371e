import { access, constants } from 'node:fs/promises';
import { release } from 'node:os';
import { messageOf } from '@lustre-csi/core';
import {
  describeMissingClient,
  isComplete,
  readClientParts,
  type ClientParts,
} from '@lustre-csi/core/server';
import type { UnreadyReason } from './unready-reasons.js';

/** Reason for which a node cannot mount. */
export interface UnreadyFinding {
  readonly reason: UnreadyReason;
  /** Cause and next step. */
  readonly message: string;
}

export interface NodeReadinessParts {
  /** Directory of the node's records. */
  readonly stateDir: string;
  /** The driver mounts without mount.lustre(8). */
  readonly isHelperOptional: boolean;
  /** Default: the client of this node. */
  readonly readClient?: () => Promise<ClientParts>;
}

/** Finds the reasons for which this node cannot mount. It asks neither a server nor the cloud: a file system that is down makes
 *  no node unready, since the driver's answers about it are correct. */
export class NodeReadiness {
  constructor(private readonly parts: NodeReadinessParts) {}

  /** Empty: the node can mount. */
  async findings(): Promise<readonly UnreadyFinding[]> {
    const { isHelperOptional, readClient = readClientParts } = this.parts;
    const client = { ...(await readClient()), isHelperOptional };
    return [...clientFindings(client), ...(await this.#stateFindings())];
  }

  async #stateFindings(): Promise<readonly UnreadyFinding[]> {
    try {
      await access(this.parts.stateDir, constants.W_OK | constants.X_OK);
      return [];
    } catch (error) {
      const message = `the state directory cannot be written: ${messageOf(error)}; check that --state-dir is a writable directory of the host`;
      return [{ reason: 'no-state-directory', message }];
    }
  }
}

function clientFindings(client: ClientParts): readonly UnreadyFinding[] {
  if (isComplete(client)) return [];
  const reason = client.hasModule ? 'no-mount-helper' : 'no-module';
  return [{ reason, message: describeMissingClient(client, release()) }];
}
