import type { Fault } from '../../world/faults.js';
import type { Reply } from '../../world/serve-call.js';
import type { AwsProtocol } from './aws-call.js';
import { AwsError } from './aws-error.js';
import type { SignatureFault } from './signature.js';

/** The prefix of X-Amz-Target in FSx's JSON 1.1 protocol. */
export const fsxTarget = 'AWSSimbaAPIService_v20180301.';

const headersOf = (requestId: string): Record<string, string> => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amzn-requestid': requestId,
});

/** JSON as bytes: to a string the HTTP server would add a charset, which FSx does not send. */
const text = (body: object): Buffer => Buffer.from(JSON.stringify(body));

/** Reply with the state of the moment: later changes of the world do not reach it. */
export const fsxReply = (requestId: string, body: object): Reply => ({
  status: 200,
  headers: headersOf(requestId),
  body: text(body),
});

const fsxError = (requestId: string, error: AwsError): Reply => ({
  status: error.status,
  headers: headersOf(requestId),
  body: text({ __type: error.code, Message: error.message, ...error.members }),
  errorCode: error.code,
});

function fsxFault(requestId: string, fault: Fault): Reply {
  if (fault.kind === 'throttle') return throttled(requestId, fault);
  const status = fault.status ?? 500;
  const code = fault.code ?? defaultCode(status);
  return fsxError(requestId, new AwsError(code, fault.message ?? 'An internal error occurred.', {}, status));
}

/** Throttling comes from in front of FSx: it is not in the service's model, and its message is lower-case. */
function throttled(requestId: string, fault: Fault): Reply {
  const code = fault.code ?? 'ThrottlingException';
  const retryAfter = fault.retryAfterSeconds;
  return {
    status: fault.status ?? 400,
    headers: {
      ...headersOf(requestId),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: text({ __type: code, message: fault.message ?? 'Rate exceeded' }),
    errorCode: code,
  };
}

function defaultCode(status: number): string {
  if (status === 503) return 'ServiceUnavailable';
  return status >= 500 ? 'InternalServerError' : 'BadRequest';
}

/** Error of FSx for a request whose signature has a defect. */
export function fsxSignatureError(fault: SignatureFault, region: string): AwsError {
  switch (fault) {
    case 'missing':
      return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    case 'incomplete':
      return new AwsError(
        'IncompleteSignatureException',
        'The request signature does not conform to AWS standards: Authorization must be AWS4-HMAC-SHA256 with ' +
          'Credential, SignedHeaders and Signature, beside an x-amz-date header.',
      );
    case 'scope':
      return new AwsError(
        'InvalidSignatureException',
        `Credential should be scoped to a valid region and the correct service: '${region}', 'fsx'.`,
      );
    case 'unknown':
      return new AwsError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    case 'expired':
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  }
}

/** The JSON of a request. Throws SerializationException. */
export function fsxBody(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

/** The file system, association or task that a request names, for the journal. */
export function fsxResource(text: string): string | undefined {
  const id =
    /"FileSystemId"\s*:\s*"([^"]*)"/.exec(text) ??
    /:(?:file-system|association\/[^"/]+|task)\/([a-z]+-[0-9a-f]+)"/.exec(text);
  return id?.[1] ?? onlyResource.exec(text)?.[1];
}

/** Another id than a file system's, or the one id of a list. */
const onlyResource =
  /"(?:AssociationId|TaskId|(?:FileSystem|Association|Task)Ids)"\s*:\s*(?:"|\[\s*"(?=[^"]*"\s*\]))([^"]*)"/;

/** Wire protocol of Amazon FSx: JSON 1.1. */
export const fsxProtocol: AwsProtocol = { service: 'fsx', error: fsxError, fault: fsxFault };
