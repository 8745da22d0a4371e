import { status } from '@grpc/grpc-js';
import type { Wrapper } from './call-chain.js';
import { boundedText } from '../model/log-limits.js';
import { asDriverError, codeName, errorToStatus } from './error-to-status.js';
import { redact, redactMessage } from './redact.js';

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

/** Logs one line for each call when it ends, with the request (redacted and shortened), the code and the time it took. */
export const logCall: Wrapper = (next) => async (request, call) => {
  const began = performance.now();
  const fields = { rpc: call.method, request: redact(`${call.method}Request`, request as object) };
  call.log.debug(fields, 'call');
  const ended = (): object => ({ ...fields, milliseconds: Math.round(performance.now() - began) });
  try {
    const response = await next(request, call);
    const level = QUIET.has(call.method) ? 'debug' : 'info';
    call.log[level]({ ...ended(), code: 'OK' }, `${call.method} OK`);
    return response;
  } catch (thrown) {
    const error = asDriverError(thrown);
    const { code } = errorToStatus(error);
    const level = error.kind === 'internal' ? 'error' : EXPECTED.has(code) ? 'info' : 'warn';
    const stack = error.kind === 'internal' ? { err: error.cause ?? error } : {};
    call.log[level](
      { ...ended(), code: codeName(code), error: boundedText(redactMessage(error.message)), ...stack },
      `${call.method} ${codeName(code)}`,
    );
    throw thrown;
  }
};
