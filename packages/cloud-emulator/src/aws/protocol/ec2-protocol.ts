import type { Fault } from '../../world/faults.js';
import type { Reply } from '../../world/serve-call.js';
import type { AwsProtocol } from './aws-call.js';
import { AwsError } from './aws-error.js';
import type { SignatureFault } from './signature.js';
import { renderXml, xmlContent, type XmlValue } from './xml.js';

/** The only API version that EC2 has published for years, and that its SDKs send. */
export const ec2Version = '2016-11-15';

const headersOf = (requestId: string): Record<string, string> => ({
  'content-type': 'text/xml;charset=UTF-8',
  'x-amzn-requestid': requestId,
});

export function ec2Reply(requestId: string, operation: string, members: Record<string, XmlValue>): Reply {
  const name = `${operation}Response`;
  const inside = xmlContent({ requestId, ...members });
  return {
    status: 200,
    headers: headersOf(requestId),
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://ec2.amazonaws.com/doc/${ec2Version}/">${inside}</${name}>`,
  };
}

function ec2Error(requestId: string, error: AwsError): Reply {
  const response = renderXml('Response', {
    Errors: { Error: { Code: error.code, Message: error.message } },
    RequestID: requestId,
  });
  return {
    status: error.status,
    headers: headersOf(requestId),
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${response}`,
    errorCode: error.code,
  };
}

function ec2Fault(requestId: string, fault: Fault): Reply {
  const throttle = fault.kind === 'throttle';
  const status = fault.status ?? (throttle ? 503 : 500);
  const code =
    fault.code ?? (throttle ? 'RequestLimitExceeded' : status === 503 ? 'Unavailable' : 'InternalError');
  const message = fault.message ?? (throttle ? 'Request limit exceeded.' : 'An internal error has occurred');
  const reply = ec2Error(requestId, new AwsError(code, message, {}, status));
  const retryAfter = throttle ? fault.retryAfterSeconds : undefined;
  return retryAfter === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfter) } };
}

/** Error of EC2 for a request whose signature has a defect. */
export function ec2SignatureError(fault: SignatureFault): AwsError {
  switch (fault) {
    case 'missing':
      return new AwsError(
        'MissingAuthenticationToken',
        'The request must contain valid credentials.',
        {},
        403,
      );
    case 'incomplete':
      return new AwsError(
        'IncompleteSignature',
        'The request signature does not conform to AWS standards.',
        {},
        400,
      );
    case 'expired':
      return new AwsError('RequestExpired', 'Request has expired.', {}, 400);
    case 'scope':
    case 'unknown':
      return new AwsError(
        'AuthFailure',
        'AWS was not able to validate the provided access credentials',
        {},
        401,
      );
  }
}

/** Wire protocol of Amazon EC2: the EC2 variant of the Query protocol. */
export const ec2Protocol: AwsProtocol = { service: 'ec2', error: ec2Error, fault: ec2Fault };
