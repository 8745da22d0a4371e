import { messageOf, type Settings } from '@lustre-csi/core';

/** Address of the metadata server (Compute Engine documentation, "About VM metadata"). */
const HOST = '169.254.169.254';
const TIMEOUT_MS = 3_000;

/** Client of the metadata server of a machine, which GKE emulates in pods. Like Google's libraries, it heeds
 *  GCE_METADATA_HOST. */
export class MetadataServer {
  readonly endpoint: string;

  constructor(settings: Pick<Settings, 'environment'>) {
    this.endpoint = `http://${settings.environment('GCE_METADATA_HOST') ?? HOST}`;
  }

  /** Reads a value: `project/project-id`, `instance/zone`.
   *  @throws Error with a message that says why there is no answer */
  async get(path: string): Promise<string> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const headers = { 'Metadata-Flavor': 'Google' };
      const answer = await fetch(`${this.endpoint}/computeMetadata/v1/${path}`, { headers, signal });
      const text = await answer.text();
      if (answer.ok) return text.trim();
      throw new Error(`HTTP ${answer.status}`);
    } catch (error) {
      const why = signal.aborted ? `it did not answer in ${TIMEOUT_MS / 1000} s` : reasonOf(error);
      throw new Error(`the metadata server at ${this.endpoint} gave no ${path}: ${why}`, { cause: error });
    }
  }

  /** Zone of this machine, from `projects/NUMBER/zones/ZONE`. @throws Error */
  async zone(): Promise<string> {
    const text = await this.get('instance/zone');
    const zone = /\/zones\/([a-z0-9-]+)$/.exec(text)?.[1];
    if (zone !== undefined) return zone;
    throw new Error(`the metadata server at ${this.endpoint} gave "${text}", which is not a zone`);
  }
}

/** Reason of a failed fetch: the message of its error is empty of facts, its cause has them. */
function reasonOf(error: unknown): string {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return messageOf(cause ?? error);
}
