import { messageOf, type Settings } from '@lustre-csi/core';

/** Where EC2 instances ask about themselves (EC2 User Guide, instance metadata). */
const IMDS = 'http://169.254.169.254';
const TIMEOUT_MS = 1_000;

/** The instance metadata service, version 2. As the SDKs, it heeds AWS_EC2_METADATA_SERVICE_ENDPOINT and
 *  AWS_EC2_METADATA_DISABLED. */
export class InstanceMetadata {
  readonly endpoint: string;
  readonly #disabled: boolean;

  constructor(settings: Settings) {
    this.endpoint = (settings.environment('AWS_EC2_METADATA_SERVICE_ENDPOINT') ?? IMDS).replace(/\/+$/, '');
    this.#disabled = settings.environment('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true';
  }

  /** The value of a category: `placement/region`.
   *  @throws Error whose message says why there is no answer */
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

/** fetch says no more than that it failed; what happened is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return messageOf(cause ?? error);
}
