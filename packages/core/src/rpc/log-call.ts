import { status } from '@grpc/grpc-js';
import type { Call, Handler, Wrapper } from './call-chain.js';
import { boundedText } from '../model/log-limits.js';
import { asDriverError, codeName, errorToStatus } from './error-to-status.js';
import { redact, redactMessage } from './redact.js';
import { requestsOfCall } from './requests-of-call.js';

/** Calls that arrive every few seconds: only their failures are logged at level info. */
const QUIET = new Set([
  'Probe',
  'GetPluginInfo',
  'GetPluginCapabilities',
  'NodeGetCapabilities',
  'NodeGetVolumeStats',
]);

/** Codes of normal operation: the work continues, or the caller repeats the call. */
const EXPECTED = new Set([status.DEADLINE_EXCEEDED, status.ABORTED, status.CANCELLED, status.NOT_FOUND]);

/** Longest id or name in the log, in characters: longer ones are refused. */
const LONGEST_VOLUME = 256;

/** Logs one line for each call when it ends, with the volume, the request (redacted and shortened), the code, the time it took
 *  and the cloud's ids of its requests. Only calls of the controller reach a cloud. */
export const logCall: Wrapper = (next) => (request, call) =>
  call.service === 'Controller'
    ? requestsOfCall.during((fields) => logged(next, request, call, fields))
    : logged(next, request, call, () => ({}));

async function logged(
  next: Handler,
  request: unknown,
  call: Call,
  requestFields: () => object,
): Promise<unknown> {
  const began = performance.now();
  const isDebugging = call.log.isLevelEnabled?.('debug') ?? true;
  if (isDebugging) call.log.debug(fieldsOf(request, call), 'call');
  const ended = (): object => ({
    ...fieldsOf(request, call),
    milliseconds: Math.round(performance.now() - began),
    ...requestFields(),
  });
  try {
    const response = await next(request, call);
    const level = QUIET.has(call.method) ? 'debug' : 'info';
    if (call.log.isLevelEnabled?.(level) ?? true)
      call.log[level]({ ...ended(), code: 'OK' }, `${call.method} OK`);
    return response;
  } catch (thrown) {
    logFailure(call, ended(), thrown);
    throw thrown;
  }
}

function logFailure({ log, method }: Call, fields: object, thrown: unknown): void {
  const error = asDriverError(thrown);
  const { code } = errorToStatus(error);
  const level = error.kind === 'internal' ? 'error' : EXPECTED.has(code) ? 'info' : 'warn';
  const stack = error.kind === 'internal' ? { err: error.cause ?? error } : {};
  log[level](
    { ...fields, code: codeName(code), error: boundedText(redactMessage(error.message)), ...stack },
    `${method} ${codeName(code)}`,
  );
}

const fieldsOf = (request: unknown, call: Call): object => ({
  rpc: call.method,
  ...volumeOf(request),
  request: redact(`${call.method}Request`, request as object),
});

/** Volume of a request, for the log: its id, or the name of one that is to be created. */
function volumeOf(request: unknown): { readonly volume?: string } {
  const { volumeId, sourceVolumeId, name } = request as Readonly<Record<string, unknown>>;
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const volume = [volumeId, sourceVolumeId, name].find(isText);
  return volume === undefined ? {} : { volume: boundedText(volume, LONGEST_VOLUME) };
}
