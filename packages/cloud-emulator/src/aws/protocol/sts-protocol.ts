import type { Fault } from '../../world/faults.js';
import type { Reply } from '../../world/serve-call.js';
import type { AwsProtocol } from './aws-call.js';
import { AwsError } from './aws-error.js';
import type { SignatureFault } from './signature.js';
import { renderXml, type XmlValue } from './xml.js';

/** The only API version of AWS STS. */
export const stsVersion = '2011-06-15';

const xmlns = `https://sts.amazonaws.com/doc/${stsVersion}/`;

/** Reply of STS to a call that succeeds. */
export function stsReply(requestId: string, operation: string, members: Record<string, XmlValue>): Reply {
  const inside = renderXml(`${operation}Result`, members) + metadata(requestId);
  return reply(requestId, 200, `<${operation}Response xmlns="${xmlns}">${inside}</${operation}Response>`);
}

/** Reply of STS to a call that is refused. */
function stsError(requestId: string, { code, message, status }: AwsError): Reply {
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

/** Reply of STS to a call that meets an injected fault. */
function stsFault(requestId: string, { kind, status, code, message }: Fault): Reply {
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

const refused = (code: string, message: string, status = 403): AwsError =>
  new AwsError(code, message, {}, status);

/** Error of STS for a request whose signature has a defect. */
export function stsSignatureError(fault: SignatureFault): AwsError {
  switch (fault) {
    case 'missing':
      return refused('MissingAuthenticationToken', 'Request is missing Authentication Token');
    case 'incomplete':
      return refused('IncompleteSignature', 'The request signature does not conform to AWS standards.', 400);
    case 'scope':
      return refused('SignatureDoesNotMatch', 'Credential should be scoped to a valid region and service.');
    case 'unknown':
      return refused('InvalidClientTokenId', 'The security token included in the request is invalid.');
    case 'expired':
      return refused('ExpiredToken', 'The security token included in the request is expired');
  }
}

/** Wire protocol of AWS STS: the Query protocol. */
export const stsProtocol: AwsProtocol = { service: 'sts', error: stsError, fault: stsFault };
