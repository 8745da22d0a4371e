import { AwsError } from '../protocol/aws-error.js';
import type { QueryRequest } from '../protocol/query-request.js';
import type { SignedHeaders } from '../protocol/signature.js';
import { stsSignatureError, stsVersion } from '../protocol/sts-protocol.js';
import type { XmlValue } from '../protocol/xml.js';
import type { Seed } from '../seed.js';
import { assumedRole, type IssuedCredentials, type Principal } from './role-credentials.js';
import { readServiceAccountToken, type TokenFault } from './service-account-token.js';

/** Audience that a token must have (IAM OIDC providers of EKS clusters). */
const audience = 'sts.amazonaws.com';

/**
 * The part of AWS STS that controllers use: a token of a service account is exchanged for credentials of the role
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html), and callers ask who they are
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html). Only the latter is signed.
 */
export class SecurityTokenService {
  readonly #operations: ReadonlyMap<string, StsOperation> = new Map<string, StsOperation>([
    ['AssumeRoleWithWebIdentity', (query) => this.#assumeRole(query)],
    ['GetCallerIdentity', (_query, headers) => this.#callerIdentity(headers)],
  ]);

  constructor(
    private readonly seed: Seed,
    private readonly credentials: IssuedCredentials,
    private readonly now: () => number,
  ) {}

  /** Members of the result. Throws AwsError. */
  run(operation: string, query: QueryRequest, headers: SignedHeaders): Record<string, XmlValue> {
    const perform = this.#operations.get(operation);
    if (!perform)
      throw new AwsError('InvalidAction', `Could not find operation ${operation} for version ${stsVersion}`);
    return perform(query, headers);
  }

  #assumeRole(query: QueryRequest): Record<string, XmlValue> {
    const role = required(query, 'RoleArn');
    const session = required(query, 'RoleSessionName');
    const token = readServiceAccountToken(required(query, 'WebIdentityToken'), audience, this.now());
    if (typeof token === 'string') throw refusals[token];
    const { accountId, serviceAccountRole } = this.seed;
    if (role !== `arn:aws:iam::${accountId}:role/${serviceAccountRole}`) throw untrusting;
    const principal = assumedRole(accountId, serviceAccountRole, session);
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = this.credentials.issue(principal);
    return {
      SubjectFromWebIdentityToken: token.subject,
      Audience: audience,
      AssumedRoleUser: { Arn: principal.arn, AssumedRoleId: principal.userId },
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: new Date(expiresAt).toISOString(),
      },
    };
  }

  #callerIdentity(headers: SignedHeaders): Record<string, XmlValue> {
    const fault = this.credentials.signatureFault(headers, this.seed.region, 'sts');
    if (fault) throw stsSignatureError(fault);
    const { accountId } = this.seed;
    const { arn, userId } = this.credentials.principalOf(headers) ?? longTermUser(accountId);
    return { Arn: arn, UserId: userId, Account: accountId };
  }
}

type StsOperation = (query: QueryRequest, headers: SignedHeaders) => Record<string, XmlValue>;

/** IAM user that every long-term key pair belongs to. */
const longTermUser = (accountId: string): Principal => ({
  arn: `arn:aws:iam::${accountId}:user/lustre-csi`,
  userId: 'AIDACKCEVSQ6C2EXAMPLE',
});

function required(query: QueryRequest, name: string): string {
  const value = query.get(name);
  if (value) return value;
  throw new AwsError('ValidationError', `1 validation error detected: Value at '${name}' must not be null`);
}

const untrusting = new AwsError(
  'AccessDenied',
  'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  {},
  403,
);

const refusals: Readonly<Record<TokenFault, AwsError>> = {
  malformed: new AwsError('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.'),
  audience: new AwsError('InvalidIdentityToken', 'Incorrect token audience'),
  expired: new AwsError('ExpiredTokenException', 'Token expired: current date/time must be before its exp'),
};
