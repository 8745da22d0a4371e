import { randomBytes } from 'node:crypto';
import type { CredentialFault, SignedHeaders } from '../protocol/signature.js';

/** Temporary credentials of an IAM role, as STS and the agents on a machine give them out. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
}

const hourSeconds = 60 * 60;

/**
 * The temporary credentials that were given out. Their keys begin with ASIA, as AWS has it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html); whatever begins otherwise is a long-term
 * key, of which any is good here.
 */
export class IssuedCredentials {
  readonly #byKey = new Map<string, RoleCredentials>();
  readonly #byRole = new Map<string, RoleCredentials>();

  constructor(
    private readonly now: () => number,
    /** How long they are good for. */
    private readonly seconds = hourSeconds,
  ) {}

  issue(): RoleCredentials {
    const issued: RoleCredentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
      expiresAt: this.now() + this.seconds * 1000,
    };
    this.#byKey.set(issued.accessKeyId, issued);
    return issued;
  }

  /** The same ones until half of their time is over. */
  current(role: string): RoleCredentials {
    const known = this.#byRole.get(role);
    if (known && known.expiresAt - this.now() > (this.seconds * 1000) / 2) return known;
    const issued = this.issue();
    this.#byRole.set(role, issued);
    return issued;
  }

  /** Undefined: nothing is wrong with the key that the request names, as far as anybody can know here. */
  faultOf({ authorization = '', ...headers }: SignedHeaders): CredentialFault | undefined {
    const key = /Credential=([^/,\s]+)\//.exec(authorization)?.[1];
    if (!key?.startsWith('ASIA')) return undefined;
    const issued = this.#byKey.get(key);
    if (!issued || headers['x-amz-security-token'] !== issued.sessionToken) return 'unknown';
    return issued.expiresAt <= this.now() ? 'expired' : undefined;
  }
}
