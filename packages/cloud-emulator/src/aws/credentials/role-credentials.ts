import { randomBytes } from 'node:crypto';
import {
  signatureFault,
  type CredentialFault,
  type SignatureFault,
  type SignedHeaders,
} from '../protocol/signature.js';

/** Temporary credentials of an IAM role, as STS and the agents on a machine issue them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
  readonly principal: Principal;
}

/** Identity behind credentials, as GetCallerIdentity reports it. */
export interface Principal {
  readonly arn: string;
  readonly userId: string;
}

/** Principal of a session of an IAM role. */
export const assumedRole = (accountId: string, role: string, session: string): Principal => ({
  arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`,
  userId: `AROA3XFRBF535EXAMPLE:${session}`,
});

const hourSeconds = 60 * 60;

/**
 * Temporary credentials that were issued. Their keys begin with ASIA, as AWS has it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html); a key that begins otherwise is a
 * long-term key, of which every one is valid here.
 */
export class IssuedCredentials {
  readonly #byKey = new Map<string, RoleCredentials>();
  readonly #byPrincipal = new Map<string, RoleCredentials>();

  constructor(
    private readonly now: () => number,
    /** Seconds for which they are valid. */
    private readonly seconds = hourSeconds,
  ) {}

  issue(principal: Principal): RoleCredentials {
    const issued: RoleCredentials = {
      principal,
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
      expiresAt: this.now() + this.seconds * 1000,
    };
    this.#byKey.set(issued.accessKeyId, issued);
    return issued;
  }

  /** Credentials of a principal; the same ones until half of their time is over. */
  current(principal: Principal): RoleCredentials {
    const known = this.#byPrincipal.get(principal.arn);
    if (known && known.expiresAt - this.now() > (this.seconds * 1000) / 2) return known;
    const issued = this.issue(principal);
    this.#byPrincipal.set(principal.arn, issued);
    return issued;
  }

  /** Defect of a request's signature or of the credentials behind it, as far as it can be known without secret keys. */
  signatureFault(headers: SignedHeaders, region: string, service: string): SignatureFault | undefined {
    return signatureFault(headers, region, service) ?? this.#credentialFault(headers);
  }

  /** Principal of the temporary credentials that signed a request; undefined for a long-term key. */
  principalOf(headers: SignedHeaders): Principal | undefined {
    return this.#byKey.get(keyOf(headers) ?? '')?.principal;
  }

  #credentialFault(headers: SignedHeaders): CredentialFault | undefined {
    const key = keyOf(headers);
    if (!key?.startsWith('ASIA')) return undefined;
    const issued = this.#byKey.get(key);
    if (!issued || headers['x-amz-security-token'] !== issued.sessionToken) return 'unknown';
    return issued.expiresAt <= this.now() ? 'expired' : undefined;
  }
}

const keyOf = ({ authorization = '' }: SignedHeaders): string | undefined =>
  /Credential=([^/,\s]+)\//.exec(authorization)?.[1];
