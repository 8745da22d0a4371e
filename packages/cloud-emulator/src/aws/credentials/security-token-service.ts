import type { Fault } from '../../world/faults.js';
import type { Reply } from '../../world/serve-call.js';
import { AwsError } from '../protocol/aws-error.js';
import { renderXml, type XmlValue } from '../protocol/ec2-protocol.js';
import type { Ec2Query } from '../protocol/ec2-query.js';
import type { Seed } from '../seed.js';
import type { IssuedCredentials } from './role-credentials.js';
import { readServiceAccountToken, type TokenFault } from './service-account-token.js';

/** The only API version of AWS STS. */
export const stsVersion = '2011-06-15';

/** What a token must be for (IAM OIDC providers of EKS clusters). */
const audience = 'sts.amazonaws.com';

/**
 * AWS STS, as far as IAM roles for service accounts need it: a token of a service account against credentials of the role
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html). Its calls are not signed.
 */
export class SecurityTokenService {
  constructor(
    private readonly seed: Seed,
    private readonly credentials: IssuedCredentials,
    private readonly now: () => number,
  ) {}

  /** The result's members. Throws AwsError. */
  run(operation: string, query: Ec2Query): Record<string, XmlValue> {
    if (operation !== 'AssumeRoleWithWebIdentity')
      throw new AwsError('InvalidAction', `Could not find operation ${operation} for version ${stsVersion}`);
    const role = required(query, 'RoleArn');
    const session = required(query, 'RoleSessionName');
    const token = readServiceAccountToken(required(query, 'WebIdentityToken'), audience, this.now());
    if (typeof token === 'string') throw refusals[token];
    const { accountId, serviceAccountRole } = this.seed;
    if (role !== `arn:aws:iam::${accountId}:role/${serviceAccountRole}`) throw untrusting;
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = this.credentials.issue();
    return {
      SubjectFromWebIdentityToken: token.subject,
      Audience: audience,
      AssumedRoleUser: {
        Arn: `arn:aws:sts::${accountId}:assumed-role/${serviceAccountRole}/${session}`,
        AssumedRoleId: `AROA3XFRBF535EXAMPLE:${session}`,
      },
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: new Date(expiresAt).toISOString(),
      },
    };
  }
}

function required(query: Ec2Query, name: string): string {
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

const xmlns = `https://sts.amazonaws.com/doc/${stsVersion}/`;

export function stsReply(requestId: string, operation: string, members: Record<string, XmlValue>): Reply {
  const inside = renderXml(`${operation}Result`, members) + metadata(requestId);
  return reply(requestId, 200, `<${operation}Response xmlns="${xmlns}">${inside}</${operation}Response>`);
}

export function stsError(requestId: string, { code, message, status }: AwsError): Reply {
  const error = renderXml('Error', {
    Type: status < 500 ? 'Sender' : 'Receiver',
    Code: code,
    Message: message,
  });
  const inside = error + renderXml('RequestId', requestId);
  return {
    ...reply(requestId, status, `<ErrorResponse xmlns="${xmlns}">${inside}</ErrorResponse>`),
    errorCode: code,
  };
}

export function stsFault(requestId: string, { kind, status, code, message }: Fault): Reply {
  const [usualCode, usualStatus, usualMessage] =
    kind === 'throttle'
      ? (['Throttling', 400, 'Rate exceeded'] as const)
      : (['InternalFailure', 500, 'An internal error has occurred'] as const);
  return stsError(
    requestId,
    new AwsError(code ?? usualCode, message ?? usualMessage, {}, status ?? usualStatus),
  );
}

const metadata = (requestId: string): string => renderXml('ResponseMetadata', { RequestId: requestId });

const reply = (requestId: string, status: number, body: string): Reply => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
  body,
});
