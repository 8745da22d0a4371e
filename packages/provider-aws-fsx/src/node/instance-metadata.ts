import { messageOf, type Settings } from '@lustre-csi/core';

/** Endpoint of the instance metadata service (EC2 User Guide, instance metadata). */
const IMDS = 'http://169.254.169.254';
const TIMEOUT_MS = 1_000;

/** Client of the instance metadata service, version 2. Like the SDKs, it heeds AWS_EC2_METADATA_SERVICE_ENDPOINT and
 *  AWS_EC2_METADATA_DISABLED. */
export class InstanceMetadata {
  readonly endpoint: string;
  readonly #disabled: boolean;

  constructor(settings: Settings) {
    this.endpoint = (settings.environment('AWS_EC2_METADATA_SERVICE_ENDPOINT') ?? IMDS).replace(/\/+$/, '');
    this.#disabled = settings.environment('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true';
  }

  /** Reads the value of a category: `placement/region`.
   *  @throws Error with a message that says why there is no answer */
  async get(category: string): Promise<string> {
    if (this.#disabled) throw new Error('AWS_EC2_METADATA_DISABLED is set');
    const token = await this.#ask('/latest/api/token', {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    return this.#ask(`/latest/meta-data/${category}`, { headers: { 'x-aws-ec2-metadata-token': token } });
  }

  async #ask(path: string, options: RequestInit): Promise<string> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const answer = await fetch(this.endpoint + path, { ...options, signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      return (await answer.text()).trim();
    } catch (error) {
      if (signal.aborted) throw new Error(`it did not answer in ${TIMEOUT_MS / 1000} s`, { cause: error });
      throw new Error(reasonOf(error), { cause: error });
    }
  }
}

/** Reason of a failed fetch: the message of its error is empty of facts, its cause has them. */
function reasonOf(error: unknown): string {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return messageOf(cause ?? error);
}
